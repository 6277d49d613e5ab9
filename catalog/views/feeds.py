"""What search engines, feed readers and price comparisons fetch: robots.txt, sitemaps, new titles, products."""

from collections.abc import Generator, Iterator
from itertools import islice
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.gzip import gzip_page

from bookstore.caching import VersionedReads
from bookstore.errors import NotFound, ServiceUnavailable
from bookstore.money import minor_units
from catalog.feeds import merchant, sitemap
from catalog.feeds.new_titles import TITLES, NewTitles
from catalog.filters import read_book_query
from catalog.partial_dates import PartialDate
from catalog.vocabularies import Availability

XML = "application/xml; charset=utf-8"
OUT = ",".join(each.word for each in Availability if each != Availability.PREORDER)
CLOSED_TO_ROBOTS = ("/api/", "/console/", "/purchases/", "/metrics", "/health/")


def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS), "",
             f"Sitemap: {settings.SHOP_URL}/sitemap.xml", ""]  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8",
                        headers={"Cache-Control": "public, max-age=3600"})  # fmt: skip


@method_decorator(gzip_page, name="dispatch")
class SitemapIndex(VersionedReads, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("".join(sitemap.index_xml()), content_type=XML)


@method_decorator(gzip_page, name="dispatch")
class SitemapOfBooks(VersionedReads, View):
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        books = sitemap.books_of(number) if number < 2**31 else None
        if books is None:
            raise NotFound
        return HttpResponse("".join(sitemap.part_xml(books)), content_type=XML)


@method_decorator(gzip_page, name="dispatch")
class NewTitlesFeed(VersionedReads, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        given = {name: request.GET[name] for name in ("language", "subject") if request.GET.get(name)}
        today = timezone.localdate()
        last = PartialDate(today.year, today.month, today.day)
        wanted = {"sort": "newest", "published_before": str(last), "availability": OUT, "page_size": str(TITLES)}
        query = read_book_query({**given, **wanted})
        return NewTitles(query, given)(request)


class ProductFeed(VersionedReads, View):
    """Streamed; one at a time in each process, since every one keeps a thread busy until it is read."""

    free = BoundedSemaphore(1)

    def get(self, request: HttpRequest, currency: str) -> HttpResponse:
        if not is_currency(currency):
            raise NotFound
        if request.method == "HEAD":
            return HttpResponse(content_type=XML)
        if not self.free.acquire(blocking=False):
            raise ServiceUnavailable(headers={"Retry-After": "60"})
        return StreamingHttpResponse(Guarded(merchant.feed(currency), self.free), content_type=XML)


def is_currency(code: str) -> bool:
    try:
        return bool(minor_units(code))
    except ValueError:
        return False


class Guarded:
    """Pieces of an answer, and a slot that is free again when they are read, or nobody reads on."""

    def __init__(self, pieces: Generator[str, None, None], slot: BoundedSemaphore) -> None:
        self.pieces, self.slot, self.is_held = pieces, slot, True
        try:
            self.begun = list(islice(pieces, 2))  # while it can still be said that the database is gone
        except Exception:
            self.close()
            raise

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self.begun
            yield from self.pieces
        finally:
            self.close()

    def close(self) -> None:
        self.pieces.close()
        if self.is_held:
            self.is_held = False
            self.slot.release()

    def __del__(self) -> None:
        self.close()
