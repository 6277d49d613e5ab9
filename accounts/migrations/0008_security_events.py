import accounts.models.events
import bookstore.models
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_addresses'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=accounts.models.events.kinds, max_length=40, verbose_name='what')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='program')),
                ('session_id', models.UUIDField(blank=True, null=True, verbose_name='session')),
                ('request_id', models.CharField(blank=True, default=bookstore.models.current_request_id, max_length=128, verbose_name='request')),
                ('facts', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='facts')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='security_deeds', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='security_events', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'security event',
                'verbose_name_plural': 'security events',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['user', '-id'], name='events_of_user'), models.Index(fields=['kind', '-id'], name='events_by_kind'), models.Index(fields=['ip', '-id'], name='events_by_ip'), models.Index(fields=['created_at'], name='events_by_age')],
            },
        ),
    ]
