import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
import uuid6


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_device_sessions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('first_name', models.CharField(max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(max_length=100, verbose_name='last name')),
                ('company', models.CharField(blank=True, max_length=150, verbose_name='company')),
                ('line1', models.CharField(max_length=200, verbose_name='street and number')),
                ('line2', models.CharField(blank=True, max_length=200, verbose_name='second line')),
                ('postal_code', models.CharField(max_length=20, verbose_name='postal code')),
                ('city', models.CharField(max_length=100, verbose_name='city')),
                ('region', models.CharField(blank=True, max_length=100, verbose_name='region')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('vat_number', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('is_default_shipping', models.BooleanField(default=False, verbose_name='books go here')),
                ('is_default_billing', models.BooleanField(default=False, verbose_name='invoices go here')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'ordering': ['created_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='country_is_two_letters'), models.UniqueConstraint(condition=models.Q(('is_default_shipping', True)), fields=('user',), name='one_default_shipping_address_per_user'), models.UniqueConstraint(condition=models.Q(('is_default_billing', True)), fields=('user',), name='one_default_billing_address_per_user')],
            },
        ),
    ]
