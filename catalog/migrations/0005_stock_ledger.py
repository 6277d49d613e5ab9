"""The database writes down every change of stock, and lets nobody else write there.

Why, for what and by whom it learns from the settings of the transaction (catalog.services.because). A first count is
an opening. All in one transaction: the triggers keep writers out until what is on hand now is written down too.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION write_stock_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reason text := coalesce(nullif(current_setting('bookstore.stock_reason', true), ''),
                            CASE TG_OP WHEN 'INSERT' THEN 'opening' ELSE 'correction' END);
BEGIN
    INSERT INTO catalog_stockmovement (offer_id, quantity, on_hand, reason, reference, by_id, created_at)
    VALUES (NEW.id, NEW.on_hand - coalesce(OLD.on_hand, 0), NEW.on_hand,
            CASE WHEN TG_OP = 'INSERT' AND reason = 'count' THEN 'opening' ELSE reason END,
            nullif(current_setting('bookstore.stock_reference', true), '')::uuid,
            nullif(current_setting('bookstore.stock_by', true), '')::uuid,
            statement_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER stock_is_opened AFTER INSERT ON catalog_offer
    FOR EACH ROW WHEN (NEW.on_hand > 0) EXECUTE FUNCTION write_stock_movement();
CREATE TRIGGER stock_changes AFTER UPDATE OF on_hand ON catalog_offer
    FOR EACH ROW WHEN (NEW.on_hand <> OLD.on_hand) EXECUTE FUNCTION write_stock_movement();

INSERT INTO catalog_stockmovement (offer_id, quantity, on_hand, reason, created_at)
SELECT id, on_hand, on_hand, 'opening', statement_timestamp() FROM catalog_offer WHERE on_hand > 0 ORDER BY id;

CREATE FUNCTION refuse_to_write_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Stock movements are written by the database alone.';
END $$;
-- Not at the top of a statement, but as a consequence of a change of an offer or an account.
CREATE TRIGGER only_the_database_writes BEFORE INSERT OR UPDATE OR DELETE ON catalog_stockmovement
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_write_history();

ALTER TABLE catalog_stockmovement
    ADD CONSTRAINT movements_go_with_their_offer
        FOREIGN KEY (offer_id) REFERENCES catalog_offer ON DELETE CASCADE,
    ADD CONSTRAINT movements_forget_deleted_accounts
        FOREIGN KEY (by_id) REFERENCES accounts_user ON DELETE SET NULL;
"""

BACKWARD = """
ALTER TABLE catalog_stockmovement
    DROP CONSTRAINT movements_forget_deleted_accounts,
    DROP CONSTRAINT movements_go_with_their_offer;
DROP TRIGGER only_the_database_writes ON catalog_stockmovement;
DROP TRIGGER stock_changes ON catalog_offer;
DROP TRIGGER stock_is_opened ON catalog_offer;
DROP FUNCTION refuse_to_write_history();
DROP FUNCTION write_stock_movement();
DELETE FROM catalog_stockmovement;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_stock_movements'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
