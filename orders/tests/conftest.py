import pytest

from orders.tests.factories import make_reader, make_terms


@pytest.fixture
def terms(db):
    make_terms()


@pytest.fixture
def rosa(terms):
    return make_reader()
