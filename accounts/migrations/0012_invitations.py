import accounts.countries
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_refreshed_sessions'),
    ]

    operations = [
        migrations.AddField(
            model_name='seller',
            name='country',
            field=models.CharField(blank=True, help_text='ISO 3166-1 alpha-2: DE', max_length=2, validators=[accounts.countries.check_country], verbose_name='country'),
        ),
        migrations.AddField(
            model_name='user',
            name='is_support',
            field=models.BooleanField(default=False, help_text='Sees in the console what the shop sees, and changes nothing.', verbose_name='support'),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('manager', 'Manager'), ('staff', 'Staff')], default='staff', max_length=10, verbose_name='role')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='sent')),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('declined', 'Declined'), ('revoked', 'Taken back'), ('expired', 'Expired')], editable=False, max_length=10, verbose_name='what became of it')),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='answered or taken back')),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations_sent', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.seller', verbose_name='seller')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['email'], name='invitations_to')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('seller', 'email'), name='one_invitation_at_a_time_per_address'), models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'manager', 'staff'])), name='invitation_role_is_known'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='invited_email_is_lower_case'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_invitation_ends_with_an_outcome')],
            },
        ),
    ]
