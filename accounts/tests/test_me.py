import pytest

from accounts.tests.factories import make_user, sign_in
from bookstore.testing import count_queries

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/"


def test_it_costs_no_query(client):
    sign_in(client, make_user())
    client.get(URL)

    assert count_queries(lambda: client.get(URL)) == 0
    assert client.get(URL).json()["email"] == "rosa@example.com"
