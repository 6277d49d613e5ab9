"""Covers by address: what a feed says is written down with its record, and fetched by workers afterwards.

A worker takes one host's next picture in a short transaction, fetches it outside of any, and notes what became of it.
One killed in between has only postponed it: after LEASE it is due again.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from uuid6 import uuid7

from bookstore import outgoing
from catalog import arrays
from catalog.errors import NotACover, StorageUnavailable
from catalog.models import CoverFetch, CoverHost, Edition, FetchState
from catalog.models.covers import CoverFetchQuerySet
from catalog.services.changes import refresh_books
from catalog.services.covers import MOST_BYTES, change, forget, keep_cover, read

PAUSES = [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3)]
MOST_ATTEMPTS = len(PAUSES) + 1
FETCHES_FOR = 20.0  # seconds; a worker has other things to do
HOST_RESTS = timedelta(minutes=1)  # one that does not answer, or asks for rest
LONGEST_REST = timedelta(hours=1)
SMALLEST = 32  # pixels; less is the dot that some servers send for "no cover"
LONGEST_ERROR = 1_000
LONGEST_ETAG, LONGEST_DATE = 500, 100

log = structlog.get_logger("catalog.covers")

# ---- what is wanted ------------------------------------------------------------------------------------------

# The same address again changes nothing, whatever became of it; another one begins anew.
WANT = """
INSERT INTO catalog_coverfetch AS known (id, edition_id, url, host, state, attempts, next_attempt_at, last_error,
                                         etag, last_modified, digest, cover_name, created_at, updated_at)
SELECT wanted.id, wanted.edition, wanted.url, wanted.host, wanted.state, 0, now(), wanted.error, '', '', '', '', now(),
       now()
FROM unnest(%(ids)s::uuid[], %(editions)s::uuid[], %(urls)s::text[], %(hosts)s::text[], %(states)s::text[],
            %(errors)s::text[]) AS wanted (id, edition, url, host, state, error)
LEFT JOIN catalog_coverfetch before ON before.edition_id = wanted.edition
WHERE before.url IS DISTINCT FROM wanted.url
ORDER BY wanted.edition
ON CONFLICT (edition_id) DO UPDATE SET
    (url, host, state, attempts, next_attempt_at, last_error, etag, last_modified, digest, updated_at)
    = (excluded.url, excluded.host, excluded.state, 0, now(), excluded.last_error, '', '', '', now())
WHERE known.url <> excluded.url
"""


def want_covers(urls: Mapping[UUID, str]) -> int:
    """Have these editions' covers fetched, if and when the caller's transaction commits; how many are new or changed.

    An address that the shop would never ask is written down as given up, for somebody to see.
    """
    rows = [(edition, *as_wanted(url)) for edition, url in urls.items() if url.strip()]
    if not rows:
        return 0
    editions, addresses, hosts, errors = (list(column) for column in zip(*rows, strict=True))
    states = [FetchState.GIVEN_UP if error else FetchState.WAITING for error in errors]
    first = uuid7().int
    ids = (UUID(int=first + place) for place in range(len(rows)))
    CoverHost.objects.bulk_create(
        [CoverHost(host=host) for host in sorted(set(filter(None, hosts)))], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute(WANT, {"ids": arrays.of_plain(ids), "editions": arrays.of_plain(editions),
                              "urls": arrays.of_texts(addresses), "hosts": arrays.of_texts(hosts),
                              "errors": arrays.of_texts(errors), "states": arrays.of_texts(states)})  # fmt: skip
        return int(cursor.rowcount)


def as_wanted(text: str) -> tuple[str, str, str]:
    """An address as it is kept, its host, and why it is not asked, if it is not."""
    url = text.strip().replace("\0", "")
    try:
        parts = outgoing.check_url(url)
        return url, host_of(parts.hostname or ""), ""
    except outgoing.Refused as refusal:
        return without_password(url)[: outgoing.LONGEST_URL], "", str(refusal)


host_of = lru_cache(maxsize=1000)(outgoing.as_host)  # a file's pictures lie on a few


def without_password(url: str) -> str:
    """Nobody in the console is to read what was meant for one server."""
    scheme, separator, rest = url.partition("://")
    if not separator or "@" not in rest.partition("/")[0]:
        return url
    return f"{scheme}://***@{rest.partition('@')[2]}"


def repeat(fetches: CoverFetchQuerySet) -> int:
    """Fetch these (again) as if for the first time; how many they are. A cover that somebody uploaded stays."""
    at_rest = fetches.exclude(host="").at_rest(timezone.now())
    at_rest.filter(edition__cover="").update(cover_name="", digest="", etag="", last_modified="")
    return at_rest.update(
        state=FetchState.WAITING, attempts=0, next_attempt_at=timezone.now(), last_error="", updated_at=timezone.now()
    )


# ---- fetching ------------------------------------------------------------------------------------------------


def fetch_covers(seconds: float = FETCHES_FOR) -> Counter[str]:
    """Fetch what is due, for so many seconds at most; how many were fetched, unchanged, put off and so on."""
    outcomes, ends = Counter[str](), time.monotonic() + seconds
    while time.monotonic() < ends:
        fetch = claim()
        if fetch is not None:
            outcomes[take(fetch)] += 1
        elif (pause := until_next_host()) is None or time.monotonic() + pause > ends:
            break
        else:
            time.sleep(pause)
    return outcomes


def lease() -> timedelta:
    """For how long a picture is its worker's: longer than it can take."""
    return timedelta(seconds=settings.COVER_FETCH_SECONDS + 120)


@transaction.atomic
def claim() -> CoverFetch | None:
    """Take the next picture of a host that nobody asks now; both are ours for the time of a lease at most."""
    now = timezone.now()
    due = CoverFetch.objects.due(now)
    hosts = CoverHost.objects.filter(free_at__lte=now, host__in=due.values("host"))
    host = hosts.order_by("free_at").select_for_update(skip_locked=True, no_key=True).first()
    if host is None:
        return None
    locked = due.filter(host=host.host).order_by("next_attempt_at").select_for_update(skip_locked=True, no_key=True)
    fetch = locked.first()
    if fetch is None:
        return None
    CoverHost.objects.filter(pk=host.pk).update(free_at=now + lease())
    fetch.state, fetch.next_attempt_at, fetch.attempts = FetchState.FETCHING, now + lease(), fetch.attempts + 1
    fetch.save(update_fields=["state", "next_attempt_at", "attempts", "updated_at"])
    return fetch


def until_next_host() -> float | None:
    """Seconds until a host with something due is free; None where there is none."""
    now = timezone.now()
    hosts = CoverHost.objects.filter(host__in=CoverFetch.objects.due(now).values("host")).order_by("free_at")
    free_at = hosts.values_list("free_at", flat=True).first()
    return None if free_at is None else max((free_at - now).total_seconds(), 0.05)


def take(fetch: CoverFetch) -> str:
    """Fetch a claimed picture and note what became of it."""
    rest = timedelta(seconds=settings.COVER_FETCH_PAUSE)
    try:
        if fetch.attempts > MOST_ATTEMPTS:
            return give_up(fetch, fetch.last_error or "The worker ended at each attempt.")
        return bring(fetch)
    except (outgoing.Refused, NotACover) as refusal:
        return give_up(fetch, str(refusal))
    except outgoing.Failed as failure:
        if failure.is_overloaded:
            rest = min(max(HOST_RESTS, timedelta(seconds=failure.wait)), LONGEST_REST)
        return put_off(fetch, str(failure))
    except StorageUnavailable as refusal:
        return put_off(fetch, str(refusal))
    except Exception as error:  # whatever it is, it concerns this picture and not the next
        log.exception("a cover cannot be fetched", id=str(fetch.pk))
        return put_off(fetch, f"{type(error).__name__}: {error}")
    finally:
        CoverHost.objects.filter(pk=fetch.host).update(free_at=timezone.now() + rest)


def bring(fetch: CoverFetch) -> str:
    """Ask for the picture, and make it the edition's cover where nobody has given it another."""
    edition = Edition.objects.get(pk=fetch.edition_id)
    if not is_ours(fetch, edition):
        return done(fetch, FetchState.NOT_NEEDED)
    answer = outgoing.get(
        fetch.url, headers=questions(fetch, edition), limit=MOST_BYTES, seconds=settings.COVER_FETCH_SECONDS
    )
    if answer.status == 304 and fetch.digest:
        return done(fetch, FetchState.FETCHED, outcome="unchanged")
    if answer.status != 200:
        raise_for(answer)
    digest = hashlib.sha256(answer.body).hexdigest()
    facts = {"digest": digest, "etag": kept(answer, "etag", LONGEST_ETAG),
             "last_modified": kept(answer, "last-modified", LONGEST_DATE)}  # fmt: skip
    if digest == fetch.digest and edition.cover.name == fetch.cover_name != "":
        return done(fetch, FetchState.FETCHED, outcome="unchanged", **facts)
    picture = read(answer.body)
    if min(picture.size) < SMALLEST:
        raise NotACover(f"The picture has only {picture.width}×{picture.height} pixels.")
    name = keep_cover(edition, picture)
    return done(fetch, FetchState.FETCHED, name=name, **facts)


def is_ours(fetch: CoverFetch, edition: Edition) -> bool:
    """Whether the edition has no cover but what was fetched for it; one that somebody removed stays away."""
    return (edition.cover.name or "") == fetch.cover_name


def questions(fetch: CoverFetch, edition: Edition) -> dict[str, str]:
    asked = {"User-Agent": f"{settings.SHOP_NAME} ({settings.SHOP_URL})".encode("ascii", "replace").decode(),
             "Accept": "image/jpeg, image/png, image/webp, image/*;q=0.5", "Accept-Encoding": "identity"}  # fmt: skip
    if fetch.digest and edition.cover:
        asked |= {"If-None-Match": fetch.etag} if fetch.etag else {}
        asked |= {"If-Modified-Since": fetch.last_modified} if fetch.last_modified else {}
    return asked


def kept(answer: outgoing.Answer, name: str, longest: int) -> str:
    """A header to send back next time; one that is too long or not plain is not kept."""
    value = answer.headers.get(name, "")
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""


def raise_for(answer: outgoing.Answer) -> None:
    if answer.status == 410:
        raise outgoing.Refused("The server says that it is gone (410).")
    wait = answer.headers.get("retry-after", "")
    raise outgoing.Failed(
        f"The server answered {answer.status}.",
        is_overloaded=answer.status == 429 or answer.status >= 500,
        wait=int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else 0,
    )


# ---- what became of it ---------------------------------------------------------------------------------------


def done(fetch: CoverFetch, state: FetchState, *, name: str | None = None, outcome: str = "", **facts: str) -> str:
    """Write the end down and show the cover, unless the feed or somebody else has changed their mind meanwhile."""
    with transaction.atomic():
        edition = Edition.objects.select_for_update(no_key=True).filter(pk=fetch.edition_id).first()
        current = still_ours(fetch).select_for_update(no_key=True).first()
        wanted = current is not None and edition is not None and is_ours(current, edition)
        if name is not None and edition is not None:
            if wanted:
                change(edition, name)
                refresh_books([edition.book_id])
                facts["cover_name"] = name
            elif edition.cover.name != name:
                transaction.on_commit(partial(forget, edition.pk, name))
                state = FetchState.NOT_NEEDED
        settle(fetch, state, fetched_at=timezone.now(), last_error="", **facts)
    return outcome or str(state)


def give_up(fetch: CoverFetch, reason: str) -> str:
    log.warning("a cover is given up", id=str(fetch.pk), edition=str(fetch.edition_id), error=reason)
    settle(fetch, FetchState.GIVEN_UP, last_error=clean(reason))
    return "given_up"


def put_off(fetch: CoverFetch, reason: str) -> str:
    if fetch.attempts >= MOST_ATTEMPTS:
        return give_up(fetch, reason)
    again = timezone.now() + PAUSES[fetch.attempts - 1]
    settle(fetch, FetchState.WAITING, last_error=clean(reason), next_attempt_at=again)
    return "put_off"


def clean(reason: str) -> str:
    return reason.replace("\0", "")[:LONGEST_ERROR]


def still_ours(fetch: CoverFetch) -> CoverFetchQuerySet:
    """The row, unless a feed wants another address by now or another worker has taken it."""
    return CoverFetch.objects.filter(pk=fetch.pk, url=fetch.url, attempts=fetch.attempts, state=FetchState.FETCHING)


def settle(fetch: CoverFetch, state: FetchState, **facts: str | datetime) -> None:
    still_ours(fetch).update(state=state, updated_at=timezone.now(), **facts)
