import pytest

from bookstore import rate_limits, shared_redis


@pytest.fixture(autouse=True)
def no_attempts_yet(servers):
    """Addresses that many tests use are not the worse for it."""
    for key in [*shared_redis.client.scan_iter("limit:sign_in:*"), *shared_redis.client.scan_iter("limit:codes:*")]:
        shared_redis.client.delete(key)
    rate_limits._counts.clear()
