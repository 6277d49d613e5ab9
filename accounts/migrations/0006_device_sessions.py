import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
import uuid6


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_verifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeviceSession',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('device_name', models.CharField(blank=True, max_length=100, verbose_name='device')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='program')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='signed in')),
                ('last_seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('ended_reason', models.CharField(blank=True, choices=[('signed_out', 'Signed out'), ('signed_out_everywhere', 'Signed out everywhere'), ('removed', 'Removed from the list of devices'), ('token_reused', 'A refresh token was used twice'), ('deactivated', 'The user was deactivated'), ('new_password', 'The user has a new password')], max_length=30, verbose_name='ended because')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='device_sessions', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ['-last_seen_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='sessions_by_end'), models.Index(condition=models.Q(('ended_at', None)), fields=['user', '-last_seen_at'], name='open_sessions_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_reason', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='a_session_ends_for_a_reason')],
            },
        ),
    ]
