"""The shop's own ways with PostgreSQL: rows by name, plans made once, and connections that are looked at."""

import select
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from bookstore.postgres import base, rows

SUM = "SELECT %(first)s::int AS first, %(first)s::int + %(second)s::int AS sum, '5 %%' AS share"


@pytest.mark.django_db
@pytest.mark.parametrize("planned_once", [False, True])
def test_rows_have_the_names_of_their_columns(planned_once):
    found = rows(SUM, {"first": 1, "second": 2, "unused": 3}, planned_once=planned_once)

    assert found == [{"first": 1, "sum": 3, "share": "5 %"}]


@pytest.mark.django_db
def test_a_statement_is_planned_once_for_a_connection():
    for number in range(3):
        assert rows(SUM, {"first": number, "second": 1}, planned_once=True)[0]["sum"] == number + 1

    prepared = rows("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %(like)s", {"like": "%5 \\%%"})
    assert prepared == [{"statement": "SELECT $1::int AS first, $1::int + $2::int AS sum, '5 %' AS share"}]


@pytest.fixture
def second(transactional_db: None) -> Iterator[Any]:
    """A connection besides the test's own."""
    second = connection.copy()
    second.ensure_connection()
    yield second
    second.close()


def last_question(pid: int) -> str:
    return str(rows("SELECT query FROM pg_stat_activity WHERE pid = %(pid)s", {"pid": pid})[0]["query"])


def test_a_connection_that_stands_is_not_asked_whether_it_does(second):
    with second.cursor() as cursor:
        cursor.execute("SELECT 'the last question'")

    assert second.is_usable()
    assert last_question(second.connection.info.backend_pid) == "SELECT 'the last question'"


def test_one_that_the_server_has_ended_is_not_usable(second):
    rows("SELECT pg_terminate_backend(%(pid)s, 5000)", {"pid": second.connection.info.backend_pid})

    assert not second.is_usable()


def test_in_doubt_the_server_is_asked(second):
    with second.cursor() as cursor:
        cursor.execute("LISTEN news")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY news")
    select.select([second.connection.fileno()], [], [], 10)  # until it has come

    assert second.is_usable()
    assert last_question(second.connection.info.backend_pid) == "SELECT 1"


@pytest.mark.django_db
def test_what_was_planned_before_is_in_the_log_of_queries():
    statement = "SELECT %(number)s::integer AS number"

    with CaptureQueriesContext(connection) as queries:
        rows(statement, {"number": 1}, planned_once=True)

    assert [query["sql"] for query in queries] == [statement]


@pytest.mark.django_db(transaction=True)
def test_a_plan_from_before_a_migration_costs_no_answer():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE migrated (number integer)")
        cursor.execute("INSERT INTO migrated VALUES (1)")
    try:
        assert rows("SELECT * FROM migrated", {}, planned_once=True) == [{"number": 1}]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE migrated ALTER number TYPE text")

        assert rows("SELECT * FROM migrated", {}, planned_once=True) == [{"number": "1"}]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE migrated")


@pytest.mark.django_db(transaction=True)
def test_after_an_error_there_is_another_connection():
    before = rows("SELECT pg_backend_pid() AS pid", {})
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nonsense")

    connection.close_if_unusable_or_obsolete()

    assert rows("SELECT pg_backend_pid() AS pid", {}) != before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_idle_for_long_is_asked(second, monkeypatch):
    second.ensure_connection()
    assert second.is_usable()
    with second.cursor() as cursor:
        cursor.execute("SELECT 2")
    assert second.is_usable()
    assert last_question(second.connection.info.backend_pid) == "SELECT 2"

    monkeypatch.setattr(base, "ASKED_EVERY", 0.0)

    assert second.is_usable()
    assert last_question(second.connection.info.backend_pid) == "SELECT 1"
