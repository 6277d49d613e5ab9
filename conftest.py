"""What all tests share: the shop's own servers, running while the tests do."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from accounts import keys
from bookstore import versions


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    with settings.EMBEDDED.lease():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """The servers are up before the test database is made."""


@pytest.fixture(autouse=True)
def fresh_signing_keys() -> None:
    """A key that one test made is in no table once it is rolled back."""
    keys.forget()


@pytest.fixture(autouse=True)
def fresh_catalogue_version(servers: None) -> None:
    """What one test's rolled-back catalogue left in the cache is nothing to the next."""
    versions.bump("catalog")
