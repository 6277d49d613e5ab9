from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_invitations")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="signed_out_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="signed out everywhere"),
        ),
    ]
