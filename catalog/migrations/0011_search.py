"""What a search index reads of each book, and what has changed since it did.

The listings of a shop with books are derived anew by the first `index_search`, some hundreds at a time.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import uuid6
from django.db import migrations, models


FORWARD = """
-- for the programs of the version before, which write listings until they are stopped
ALTER TABLE catalog_listing
    ALTER COLUMN language SET DEFAULT '', ALTER COLUMN titles SET DEFAULT '{}', ALTER COLUMN people SET DEFAULT '{}',
    ALTER COLUMN series_names SET DEFAULT '{}', ALTER COLUMN other_words SET DEFAULT '',
    ALTER COLUMN description_words SET DEFAULT '', ALTER COLUMN copies SET DEFAULT '[]';
CREATE FUNCTION remember_unlisted_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_unlisted (book_id, changed_in) VALUES (OLD.book_id, pg_current_xact_id()::text::bigint)
    ON CONFLICT (book_id) DO UPDATE SET changed_in = excluded.changed_in;
    RETURN NULL;
END $$;
CREATE TRIGGER listing_goes AFTER DELETE ON catalog_listing FOR EACH ROW EXECUTE FUNCTION remember_unlisted_book();
"""

BACKWARD = """
DROP TRIGGER listing_goes ON catalog_listing;
DROP FUNCTION remember_unlisted_book();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_related'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexedShop',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'indexed shop',
                'verbose_name_plural': 'indexed shops',
            },
        ),
        migrations.CreateModel(
            name='MissedSearch',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=100, unique=True, verbose_name='looked for')),
                ('meant', models.CharField(blank=True, max_length=100, verbose_name='shown instead')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='times')),
                ('first_at', models.DateTimeField(auto_now_add=True, verbose_name='first')),
                ('last_at', models.DateTimeField(auto_now_add=True, verbose_name='last')),
            ],
            options={
                'verbose_name': 'search without result',
                'verbose_name_plural': 'searches without result',
                'ordering': ['-count', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Unlisted',
            fields=[
                ('book_id', models.UUIDField(primary_key=True, serialize=False)),
                ('changed_in', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'book that has gone',
                'verbose_name_plural': 'books that have gone',
            },
        ),
        migrations.AddField(
            model_name='listing',
            name='changed_in',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='listing',
            name='copies',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='listing',
            name='description_words',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='listing',
            name='language',
            field=models.CharField(default='', max_length=35),
        ),
        migrations.AddField(
            model_name='listing',
            name='other_words',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='listing',
            name='people',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='listing',
            name='series_names',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='listing',
            name='titles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(fields=['changed_in'], name='listing_by_change'),
        ),
        migrations.AddIndex(
            model_name='missedsearch',
            index=models.Index(fields=['-count', '-id'], name='missed_search_by_count'),
        ),
        migrations.AddIndex(
            model_name='missedsearch',
            index=models.Index(fields=['last_at'], name='missed_search_by_age'),
        ),
        migrations.AddIndex(
            model_name='unlisted',
            index=models.Index(fields=['changed_in'], name='unlisted_by_change'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        # Words are looked up there only while there is no search index: written in lots, it costs imports less.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX listing_search SET (fastupdate = on)", "ALTER INDEX listing_search SET (fastupdate = off)"
                ),
            ],
            state_operations=[
                migrations.RemoveIndex(model_name='listing', name='listing_search'),
                migrations.AddIndex(
                    model_name='listing',
                    index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='listing_search'),
                ),
            ],
        ),
    ]
