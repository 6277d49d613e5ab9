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

CREATE FUNCTION refuse_to_change_stock_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Stock movements are written by the database alone and never change.';
END $$;
CREATE TRIGGER movements_follow_from_stock BEFORE INSERT ON catalog_stockmovement
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_change_stock_movements();
-- Whose account is deleted is forgotten here; nothing else changes.
CREATE TRIGGER movements_never_change BEFORE UPDATE ON catalog_stockmovement
    FOR EACH ROW WHEN (NEW.by_id IS NOT NULL OR
                       (NEW.id, NEW.offer_id, NEW.quantity, NEW.on_hand, NEW.reason, NEW.reference, NEW.created_at)
                       IS DISTINCT FROM
                       (OLD.id, OLD.offer_id, OLD.quantity, OLD.on_hand, OLD.reason, OLD.reference, OLD.created_at))
    EXECUTE FUNCTION refuse_to_change_stock_movements();

-- Looks when the transaction ends: an offer that is deleted takes its movements along, and they go first.
CREATE FUNCTION refuse_to_forget_stock_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalog_offer WHERE id = OLD.offer_id) THEN
        RAISE EXCEPTION 'Stock movements stay as long as their offer.';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER movements_stay AFTER DELETE ON catalog_stockmovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_to_forget_stock_movements();
"""

BACKWARD = """
DROP TRIGGER movements_stay ON catalog_stockmovement;
DROP TRIGGER movements_never_change ON catalog_stockmovement;
DROP TRIGGER movements_follow_from_stock ON catalog_stockmovement;
DROP TRIGGER stock_changes ON catalog_offer;
DROP TRIGGER stock_is_opened ON catalog_offer;
DROP FUNCTION refuse_to_forget_stock_movements();
DROP FUNCTION refuse_to_change_stock_movements();
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
