import random
import string

import pytest
from django.db import connection

from catalog.search.conditions import fold

ALIKE = (
    "SELECT array_agg(fold_text(each) ORDER BY place) FROM unnest(%s::text[]) WITH ORDINALITY AS texts (each, place)"
)


@pytest.mark.django_db
def test_plain_text_is_folded_without_postgresql_and_just_alike(django_assert_num_queries):
    chance = random.Random(1)
    letters = string.ascii_letters + string.digits + " .,:;!?&/+()-"
    texts = ["".join(chance.choices(letters, k=12)) for _ in range(500)]
    texts += ["", " ", "...", "a  b", " The Who!  ", "AC/DC", "C++"]

    with django_assert_num_queries(0):
        folded = [fold(text) for text in texts]

    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [texts])
        assert cursor.fetchone() == (folded,)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["L'Étranger", "don't", "a_b", "e\u0301", "`tick`", "naïve", "a\tb", "a\u00a0b"])
def test_other_text_is_folded_by_postgresql(text, django_assert_num_queries):
    with django_assert_num_queries(1):
        fold(text)
