"""Two indexes less to write: their columns begin those of a unique constraint, which answers the same questions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_fold_plain_ascii_at_once")]

    operations = [
        migrations.AlterField(
            model_name="contribution",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contributions",
                to="catalog.book",
                verbose_name="book",
            ),
        ),
        migrations.AlterField(
            model_name="subjectlink",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subject_links",
                to="catalog.book",
                verbose_name="book",
            ),
        ),
    ]
