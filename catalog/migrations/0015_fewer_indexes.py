"""Two indexes less to write: their columns begin those of a unique constraint, which answers the same questions.

Django would also drop both foreign keys and make them again, with a look at every row while nobody can read a book.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "catalog_contribution": "catalog_contribution_book_id_ca6d1cc3",
    "catalog_subjectlink": "catalog_subjectlink_book_id_4a16b35d",
}


def of_book(related_name):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="catalog.book",
        verbose_name="book",
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_fold_plain_ascii_at_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("contribution", "book", of_book("contributions")),
                migrations.AlterField("subjectlink", "book", of_book("subject_links")),
            ],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {index}", f"CREATE INDEX IF NOT EXISTS {index} ON {table} (book_id)"
                )
                for table, index in INDEXES.items()
            ],
        )
    ]
