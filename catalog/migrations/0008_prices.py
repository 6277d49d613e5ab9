"""What every offer cost, and when; and books and editions that are out of the catalogue for now.

The database writes a period whenever a price changes, whoever changes it, as it writes stock movements (0005). Of
offers that are there already it knows that they have cost what they cost since they were changed last. All in one
transaction: the triggers keep writers out until every offer has its period. An archived book has no listing: the
database keeps one from being made, whoever asks for it.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION write_price() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();  -- not of the statement, which may have waited for another change
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE catalog_priceperiod SET ended_at = greatest(moment, began_at + interval '1 microsecond')
        WHERE offer_id = NEW.id AND ended_at IS NULL RETURNING ended_at INTO moment;
    END IF;
    INSERT INTO catalog_priceperiod (offer_id, price_minor, currency, began_at)
    VALUES (NEW.id, NEW.price_minor, NEW.currency, coalesce(moment, clock_timestamp()));
    RETURN NULL;
END $$;
CREATE TRIGGER price_begins AFTER INSERT ON catalog_offer
    FOR EACH ROW EXECUTE FUNCTION write_price();
CREATE TRIGGER price_changes AFTER UPDATE OF price_minor, currency ON catalog_offer
    FOR EACH ROW WHEN ((NEW.price_minor, NEW.currency) <> (OLD.price_minor, OLD.currency))
    EXECUTE FUNCTION write_price();

INSERT INTO catalog_priceperiod (offer_id, price_minor, currency, began_at)
SELECT id, price_minor, currency, updated_at FROM catalog_offer ORDER BY id;

CREATE FUNCTION refuse_to_write_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Prices of the past are written by the database alone.';
END $$;
-- Not at the top of a statement, but as a consequence of a change of an offer. Old ones may be forgotten.
CREATE TRIGGER only_the_database_writes BEFORE INSERT OR UPDATE ON catalog_priceperiod
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_write_prices();
CREATE TRIGGER what_counts_is_kept BEFORE DELETE ON catalog_priceperiod
    FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND coalesce(OLD.ended_at, 'infinity') > statement_timestamp() - interval '61 days')
    EXECUTE FUNCTION refuse_to_write_prices();

ALTER TABLE catalog_priceperiod ADD CONSTRAINT prices_go_with_their_offer
    FOREIGN KEY (offer_id) REFERENCES catalog_offer ON DELETE CASCADE;

CREATE FUNCTION keep_archived_books_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalog_book WHERE id = NEW.book_id AND archived_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER archived_books_are_not_listed BEFORE INSERT ON catalog_listing
    FOR EACH ROW EXECUTE FUNCTION keep_archived_books_out();
"""

BACKWARD = """
DROP TRIGGER archived_books_are_not_listed ON catalog_listing;
DROP FUNCTION keep_archived_books_out();
ALTER TABLE catalog_priceperiod DROP CONSTRAINT prices_go_with_their_offer;
DROP TRIGGER what_counts_is_kept ON catalog_priceperiod;
DROP TRIGGER only_the_database_writes ON catalog_priceperiod;
DROP TRIGGER price_changes ON catalog_offer;
DROP TRIGGER price_begins ON catalog_offer;
DROP FUNCTION refuse_to_write_prices();
DROP FUNCTION write_price();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_addresses'),
        ('catalog', '0007_works'),
    ]

    operations = [
        migrations.CreateModel(
            name='PricePeriod',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('price_minor', models.PositiveBigIntegerField(verbose_name='price in minor units')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('began_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='book',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived'),
        ),
        migrations.AddField(
            model_name='book',
            name='archived_by_shop',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Then no seller brings it back by offering copies.', verbose_name='archived by the shop'),
        ),
        migrations.AddField(
            model_name='book',
            name='created_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.seller', verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='edition',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived'),
        ),
        migrations.AddField(
            model_name='edition',
            name='archived_by_shop',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Then no seller brings it back by offering copies.', verbose_name='archived by the shop'),
        ),
        migrations.AddField(
            model_name='edition',
            name='created_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.seller', verbose_name='added by'),
        ),
        migrations.AddIndex(
            model_name='book',
            index=models.Index(condition=models.Q(('created_by__isnull', False)), fields=['created_by'], name='books_by_seller'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('created_by__isnull', False)), fields=['created_by'], name='editions_by_seller'),
        ),
        migrations.AddField(
            model_name='priceperiod',
            name='offer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='prices', to='catalog.offer', verbose_name='offer'),
        ),
        migrations.AddIndex(
            model_name='priceperiod',
            index=models.Index(models.F('offer'), models.OrderBy(models.F('id'), descending=True), name='prices_of_an_offer'),
        ),
        migrations.AddIndex(
            model_name='priceperiod',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='prices_by_age'),
        ),
        migrations.AddConstraint(
            model_name='priceperiod',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('offer',), name='one_price_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='priceperiod',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gt', models.F('began_at')), _connector='OR'), name='time_goes_on'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
