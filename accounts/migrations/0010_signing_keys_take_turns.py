import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_proofs_of_every_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='signingkey',
            name='signs_from',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='signs from'),
        ),
    ]
