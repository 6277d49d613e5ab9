from django.db import migrations, models

STATUSES = [
    ("waiting", "waiting"),
    ("sending", "being sent"),
    ("sent", "sent"),
    ("withheld", "withheld"),
    ("outdated", "outdated"),
    ("failed", "given up"),
]


class Migration(migrations.Migration):
    dependencies = [("bookstore", "0005_faster_text_folding")]

    operations = [
        migrations.RemoveConstraint(model_name="outboxmessage", name="outbox_status_is_known"),
        migrations.AlterField(
            model_name="outboxmessage",
            name="status",
            field=models.CharField(choices=STATUSES, default="waiting", max_length=20, verbose_name="status"),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [status for status, _word in STATUSES])),
                name="outbox_status_is_known",
            ),
        ),
    ]
