import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_signing_keys_take_turns'),
    ]

    operations = [
        migrations.AddField(
            model_name='devicesession',
            name='refreshed_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tokens renewed'),
        ),
        migrations.AddField(
            model_name='devicesession',
            name='used_jti',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='devicesession',
            name='given_jti',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
    ]
