"""New titles as an Atom feed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import reads
from catalog.feeds.addresses import book_address
from catalog.feeds.text import in_short, without_controls
from catalog.models import Book
from catalog.partial_dates import PartialDate
from catalog.search import search
from catalog.search.query import BookQuery

TITLES = 50
LONGEST_DESCRIPTION = 1_000
Item = dict[str, Any]


class NewTitles(Feed):
    """The books that came out last; `language` and `subject` narrow it as they do a list of books."""

    feed_type = Atom1Feed

    def __init__(self, query: BookQuery, parameters: dict[str, str]) -> None:
        self.query, self.parameters = query, parameters

    def title(self) -> str:
        return without_controls(_("New titles – %(shop)s") % {"shop": settings.SHOP_NAME})

    def link(self) -> str:
        return f"{settings.SHOP_URL}/"

    def feed_url(self) -> str:
        chosen = f"?{urlencode(self.parameters)}" if self.parameters else ""
        return f"{settings.SHOP_URL}/feeds/new.xml{chosen}"

    feed_guid = feed_url

    def items(self) -> list[Item]:
        rows = orjson.loads(orjson.dumps([reads.in_list(row, settings.SHOP_URL) for row in search(self.query).rows]))
        kept = {str(book.pk): book for book in Book.objects.filter(pk__in=[row["id"] for row in rows])}
        return [{**row, "book": kept[row["id"]]} for row in rows if row["id"] in kept]

    def item_title(self, item: Item) -> str:
        return without_controls(item["title"])

    def item_description(self, item: Item) -> str:
        """As HTML, which Atom takes it for."""
        return escape(without_controls(in_short(item["book"].description, LONGEST_DESCRIPTION) or item["subtitle"]))

    def item_link(self, item: Item) -> str:
        return book_address(item["id"], item["title"])

    def item_guid(self, item: Item) -> str:
        return UUID(item["id"]).urn

    def item_author_name(self, item: Item) -> str | None:
        return without_controls(", ".join(author["name"] for author in item["authors"])) or None

    def item_pubdate(self, item: Item) -> datetime:
        """The day of publication, or the first that it may be; else when the book came into the shop."""
        published = item["published"] and PartialDate.parse(item["published"])
        if not published or published.year < 1:
            return item["book"].created_at
        return datetime(published.year, published.month or 1, published.day or 1, tzinfo=UTC)

    def item_updateddate(self, item: Item) -> datetime:
        return item["book"].updated_at

    def item_categories(self, item: Item) -> list[str]:
        return item["formats"]
