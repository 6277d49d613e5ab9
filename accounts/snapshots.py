"""Users as Redis keeps them for a while, so that no request has to ask the database who it is.

A snapshot is dropped by leaving a mark that was never there before, and only written where still stands what was
read before the database was asked. So a snapshot older than a change is never kept, however slow its writer was.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import orjson
from redis import Redis

from accounts.models import Place, User
from bookstore import shared_redis
from bookstore.json import dumps

KEPT_FOR = timedelta(minutes=15)
FIELDS = ("id", "email", "email_verified_at", "first_name", "last_name", "is_active", "is_staff", "is_support",
          "is_superuser", "date_joined")  # fmt: skip
DROPPED = b"-"  # how a mark begins
WRITE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


def key(user: UUID) -> str:
    return f"user:2:{shared_redis.run()}:{user}"  # the number changes with the form


def drop(users: Iterable[UUID]) -> None:
    """Forget these users' snapshots; call it when a change to them is committed."""
    wanted = list(users)

    def mark_all(redis: Redis) -> None:
        with redis.pipeline() as commands:
            for user in wanted:
                commands.set(key(user), DROPPED + uuid4().bytes, ex=KEPT_FOR)
            commands.execute()

    if wanted:
        shared_redis.tell(mark_all)


def find(user: UUID, seen: bytes | None) -> User | None:
    """The user that Redis answered, else the database's, who is then kept in Redis."""
    if seen and not seen.startswith(DROPPED):
        return read(seen)
    found = fetch(user)
    if found is not None:
        snapshot, seconds = write(found), int(KEPT_FOR.total_seconds())
        shared_redis.ask(lambda redis: redis.eval(WRITE, 1, key(user), seen or b"", snapshot, seconds))
    return found


def fetch(user: UUID) -> User | None:
    return User.objects.only(*FIELDS).filter(pk=user).first()


def write(user: User) -> bytes:
    fields = {name: getattr(user, name) for name in FIELDS}
    return dumps({"fields": fields, "places": [asdict(place) for place in user.places]})


def read(snapshot: bytes) -> User:
    """A user as good as one from the database; what the snapshot leaves out is fetched if it is asked for."""
    kept = orjson.loads(snapshot)
    fields = kept["fields"]
    fields["id"] = UUID(fields["id"])
    for name in ("email_verified_at", "date_joined"):
        fields[name] = fields[name] and datetime.fromisoformat(fields[name])
    # from_db takes values in the order of the model's fields
    names = [field.attname for field in User._meta.concrete_fields if field.attname in fields]
    user = User.from_db("default", names, [fields[name] for name in names])
    user.places = [Place(**{**place, "id": UUID(place["id"])}) for place in kept["places"]]
    return user
