import pytest

from bookstore import attempts, rate_limits, shared_redis

COUNTED = (b"attempts:", b"known:", b"limit:codes:", b"limit:invitations", b"limit:auth:")


@pytest.fixture(autouse=True)
def no_attempts_yet(servers):
    """Addresses that many tests use are not the worse for it."""
    for key in shared_redis.client.scan_iter(count=10_000):  # in one go: most keys are of other tests
        if key.startswith(COUNTED):
            shared_redis.client.delete(key)
    rate_limits._counts.clear()
    attempts._counts.clear()
