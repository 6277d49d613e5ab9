from django.db import migrations
from django.db.models import F


def believe(apps, schema_editor):
    User = apps.get_model('accounts', 'User')
    User.objects.filter(email_verified_at=None).update(email_verified_at=F('date_joined'))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_email_verified_at'),
    ]

    operations = [
        migrations.RunPython(believe, migrations.RunPython.noop),
    ]
