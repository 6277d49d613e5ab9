"""What may be wrong with the catalogue of an installation."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from bookstore.doctor import Finding, check, failure, ok, warning
from catalog.models import Book, CoverFetch, Edition, Listing, Offer
from catalog.search.index import store
from catalog.search.index.following import is_behind

COVERS_LATE_AFTER = timedelta(hours=6)
REBUILD = "Stop index_search and run: manage.py index_search --rebuild --once"


@check("Listings", needs="PostgreSQL")
def listings() -> Iterator[Finding]:
    missing = Book.objects.filter(listing=None, archived_at=None).count()
    if missing:
        yield failure(
            f"{missing} books are in the catalogue but not in the shop window", "Run: manage.py refresh_listings"
        )
    else:
        yield ok(f"{Listing.objects.count()} books in the shop window")


@check("Search index", needs="PostgreSQL")
def search_index() -> Iterator[Finding]:
    follow = "Run: manage.py index_search, beside every web server (make run does it)"
    snapshot = store.reader.snapshot()
    behind = snapshot and is_behind(snapshot.state)
    if snapshot is None or behind is None:
        yield warning(f"there is none of this shop in {store.root()}; typos are not forgiven", follow)
    elif not store.is_written():
        yield warning("no process keeps it up to date" + (", and it is behind" if behind else ""), follow)
    elif (missing := Listing.objects.count() - snapshot.searcher.num_docs) and not behind:
        yield warning(f"it has {abs(missing)} books too {'few' if missing > 0 else 'many'}", REBUILD)
    else:
        yield ok(f"{snapshot.searcher.num_docs} books{', reading what is new' if behind else ''}")


@check("Stock", needs="PostgreSQL")
def stock() -> Iterator[Finding]:
    wrong = Offer.objects.not_accounted_for().count()
    if wrong:
        yield failure(
            f"{wrong} offers have other copies on hand than their movements sum to",
            "Somebody changed stock with the triggers off; see docs/operators.md, In the night.",
        )
    else:
        yield ok("every copy on hand is accounted for")


@check("Files", needs="PostgreSQL")
def files() -> Iterator[Finding]:
    """Where covers are kept, and whether a cover that the shop shows is there."""
    place = f"bucket {settings.MEDIA_S3_BUCKET}" if settings.MEDIA_S3_BUCKET else str(settings.MEDIA_ROOT)
    name = Edition.objects.exclude(cover="").order_by("-pk").values_list("cover", flat=True).first()
    try:
        is_there = default_storage.exists(name or "covers/none.webp")
    except Exception as error:  # a storage of any kind, gone in any way
        yield failure(f"{place} cannot be read: {error}", "Covers are neither shown nor kept. See MEDIA_S3_….")
        return
    if name and not is_there:
        yield failure(f"{place} lacks {name}", "Restore the files, or correct MEDIA_S3_…; then: rebuild_covers")
    else:
        yield ok(f"{place} answers")


@check("Covers", needs="PostgreSQL")
def covers() -> Iterator[Finding]:
    given_up = CoverFetch.objects.given_up().count()
    late = CoverFetch.objects.due(timezone.now() - COVERS_LATE_AFTER).count()
    if given_up:
        yield warning(f"{given_up} could not be fetched", "See Covers by address in the console; it can try again.")
    if late:
        yield warning(f"{late} wait to be fetched for hours", "Start worker and scheduler, or: manage.py fetch_covers")
    if not given_up and not late:
        yield ok("all that feeds gave addresses of are fetched, or will be")
