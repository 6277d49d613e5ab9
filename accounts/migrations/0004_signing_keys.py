from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_known_users_are_verified'),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('kid', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='key id')),
                ('encrypted_key', models.TextField(editable=False, verbose_name='encrypted private key')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retired')),
            ],
            options={
                'verbose_name': 'signing key',
                'verbose_name_plural': 'signing keys',
                'ordering': ['-created_at', 'kid'],
            },
        ),
    ]
