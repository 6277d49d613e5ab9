"""What all tests share: the shop's own servers, running while the tests do."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from accounts import keys
from bookstore import versions
from bookstore.tests import database

OUR_POSTGRES = "postgres" in settings.EMBEDDED.names


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    with settings.EMBEDDED.lease():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """The servers are up before the test database is made, which is copied where an earlier run has migrated one."""
    if OUR_POSTGRES:
        database.copy_what_is_there()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, as pytest-django makes it."""
    if OUR_POSTGRES:
        with django_db_blocker.unblock():
            database.keep_for_the_next_run()


@pytest.fixture(scope="session", autouse=True)
def cheap_flush() -> Iterator[None]:
    """Tests that commit are cleared up after by the rows that they left, not by the tables that there are."""
    with pytest.MonkeyPatch.context() as patch:
        if OUR_POSTGRES:
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.empty_the_database())
        yield


@pytest.fixture(autouse=True)
def fresh_signing_keys() -> None:
    """A key that one test made is in no table once it is rolled back."""
    keys.forget()


@pytest.fixture(autouse=True)
def fresh_catalogue_version(servers: None) -> None:
    """What one test's rolled-back catalogue left in the cache is nothing to the next."""
    versions.bump("catalog")
