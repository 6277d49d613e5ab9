r"""description_vector(): a description's words as a listing's `search` has them, in a third of the time.

PostgreSQL's own parser looks at each character several times, for addresses and numbers that folded text does not have
any more. Plain words between single spaces can be read as they stand; all have one place, as nobody asks for phrases of
a description; ts_rank(), which wants two places, then says nothing of words that stand in it only. Whatever else there is goes the long way: other scripts, underscores, words that are too long to be kept.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION description_vector(folded text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF folded !~ '[^a-z0-9 ]|[0-9]e[0-9]|^ |  | $' AND folded <> '' THEN
        RETURN (replace(folded, ' ', ':1 ') || ':1')::tsvector;
    END IF;
    RETURN to_tsvector('simple', folded);
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN to_tsvector('simple', folded);
END $$;
"""
BACKWARD = "DROP FUNCTION description_vector(text);"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_fewer_indexes")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
