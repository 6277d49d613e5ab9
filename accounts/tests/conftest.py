import pytest

from bookstore import attempts, rate_limits, shared_redis


@pytest.fixture(autouse=True)
def no_attempts_yet(servers):
    """Addresses that many tests use are not the worse for it."""
    for pattern in ("attempts:*", "known:*", "limit:codes:*", "limit:invitations*", "limit:auth:*"):
        for key in shared_redis.client.scan_iter(pattern):
            shared_redis.client.delete(key)
    rate_limits._counts.clear()
    attempts._counts.clear()
