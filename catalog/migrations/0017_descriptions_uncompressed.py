"""Descriptions and their words are stored as they are: to compress them took a tenth of what an import asks of PostgreSQL.

They take up to twice the room on disk from now on. Those that are there stay compressed until they are written again.
"""

from django.db import migrations

COLUMNS = (("catalog_listing", "description_words"), ("catalog_book", "description"))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0016_words_of_descriptions")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTENDED",
        )
        for table, column in COLUMNS
    ]
