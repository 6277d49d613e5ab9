from importlib import import_module

import pytest
from django.db import connection

SLOW = import_module("bookstore.migrations.0005_faster_text_folding").SLOW
DIFFERENT = """
SELECT told FROM (
    SELECT format(shape, chr(code)) AS told
    FROM generate_series(1, 70000) AS code, unnest(%s::text[]) AS shape
    WHERE code NOT BETWEEN 55296 AND 57343
) AS texts WHERE as_before(told) IS DISTINCT FROM fold_text(told) LIMIT 5"""


@pytest.mark.django_db
def test_folding_is_what_it_was_before_it_became_faster():
    with connection.cursor() as cursor:
        cursor.execute(SLOW.replace("FUNCTION fold_text", "FUNCTION as_before"))
        cursor.execute(DIFFERENT, [["%s", "L%1$sd %1$s%1$s'x", "a %s b", "È%s  \u2019"]])

        assert cursor.fetchall() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'Étranger", "l etranger"),
        ("L'Etranger", "l etranger"),
        ("The Handmaid's  Tale --- a novel!", "the handmaids tale a novel"),
        (" œuvres; ﬁn de siècle", "oeuvres fin de siecle"),
        ("Łódź, Straße, Ærø", "lodz strasse aero"),
        ("", ""),
        (" ... ", ""),
        ("a b", "a b"),
    ],
)
def test_folding_in_examples(text, folded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])

        assert cursor.fetchone() == (folded,)
