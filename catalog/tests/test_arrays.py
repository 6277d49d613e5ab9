from uuid import UUID

import pytest
from django.db import DataError, connection

from catalog import arrays
from catalog.imports import among
from catalog.models import Publisher

ODD = ["", " ", "NULL", "null", "{}", "a,b", '"', "\\", '\\"', "%s", "O'Brien", "line\nbreak", "Łódź 😀"]


@pytest.mark.django_db
def test_texts_arrive_as_they_are_however_odd():
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[], %s::text[]", [arrays.of_texts(ODD), arrays.of_texts([])])

        assert cursor.fetchone() == (ODD, [])


@pytest.mark.django_db
def test_numbers_and_keys_arrive_as_they_are():
    keys = [UUID(int=0), UUID(int=2**128 - 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint[], %s::uuid[]", [arrays.of_plain([-(2**63), 7]), arrays.of_plain(keys)])

        assert cursor.fetchone() == ([-(2**63), 7], keys)


@pytest.mark.django_db
def test_a_text_that_no_database_takes_is_refused_as_ever():
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT %s::text[]", [arrays.of_texts(["a\0b"])])


@pytest.mark.django_db
def test_rows_are_found_by_any_of_many_values():
    one, two, _ = (Publisher.objects.create(name=name) for name in ('"One" & {Only}', "Two", "Three"))

    assert set(Publisher.objects.filter(among.texts("name", [one.name, two.name, "Four"]))) == {one, two}
    assert set(Publisher.objects.filter(among.keys("pk", [one.pk, UUID(int=1)]))) == {one}
    assert set(Publisher.objects.filter(among.keys("pk", [one.pk]) | among.texts("name", ["Two"]))) == {one, two}
    assert not Publisher.objects.filter(among.keys("pk", [])).exists()
    assert not Publisher.objects.filter(among.texts("name", [])).exists()
