"""What may be wrong with the catalogue of an installation."""

from collections.abc import Iterator

from bookstore.doctor import Finding, check, failure, ok, warning
from catalog.models import Book, Listing, Offer
from catalog.search.index import store
from catalog.search.index.following import is_behind

REBUILD = "Stop index_search and run: manage.py index_search --rebuild --once"


@check("Listings", needs="PostgreSQL")
def listings() -> Iterator[Finding]:
    missing = Book.objects.filter(listing=None).count()
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
