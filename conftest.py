"""What all tests share: the shop's own servers, running while the tests do."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from bookstore import versions


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    with settings.EMBEDDED.lease():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """The servers are up before the test database is made."""


@pytest.fixture(autouse=True)
def fresh_catalogue_version(servers: None) -> None:
    """What one test's rolled-back catalogue left in the cache is nothing to the next."""
    versions.bump("catalog")
