import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
import uuid6


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_signing_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('verify_email', 'Verify the address')], max_length=20, verbose_name='purpose')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used or replaced')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'verification',
                'verbose_name_plural': 'verifications',
                'constraints': [models.CheckConstraint(condition=models.Q(('tries__lte', 5)), name='a_code_has_five_tries'), models.UniqueConstraint(condition=models.Q(('used_at', None)), fields=('user', 'purpose'), name='one_code_at_a_time_per_purpose')],
            },
        ),
    ]
