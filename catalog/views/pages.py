"""A book's page for people who follow a link, and for the machines that show links."""

from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from bookstore.caching import VersionedReads
from catalog import reads
from catalog.feeds.addresses import api_address, book_address, book_path
from catalog.feeds.structured import book_in_words
from catalog.feeds.text import in_short, json_in_html, paragraphs
from catalog.models import Book
from catalog.search.conditions import as_uuid
from catalog.vocabularies import Availability, Condition, Format, language_name

MOST_EDITIONS = 50
MOST_OFFERS = 20
DESCRIPTION_IN_LINKS = 200
BEST_FIRST = {member.word: member.value for member in Availability}


class BookPage(VersionedReads, View):
    """`/books/{id}/{slug}/`: any other slug leads to the right one."""

    def get(self, request: HttpRequest, book: str, slug: str = "") -> HttpResponse:
        key = as_uuid(book)
        found = reads.book_page(key, settings.SHOP_URL) if key else None
        if key is None or found is None:
            return elsewhere(request, key)
        page = orjson.loads(orjson.dumps(found))
        path = book_path(page["id"], page["title"])
        if request.path != path:
            return moved(path, request.META.get("QUERY_STRING", ""))
        return render(request, "pages/book.html", shown(page))


def elsewhere(request: HttpRequest, former: UUID | None) -> HttpResponse:
    """The page of the book that this one has become part of, if it has."""
    now = Book.objects.filter(former_ids=former).first() if former else None
    if now is None:
        return render(request, "pages/not_found.html", {"shop": settings.SHOP_NAME}, status=404)
    return moved(book_path(str(now.pk), now.title), request.META.get("QUERY_STRING", ""))


def moved(path: str, query: str) -> HttpResponse:
    """For good, but asked again each time: a title may change back."""
    response = HttpResponse(status=301)
    response["Location"] = f"{path}?{query}" if query else path
    response["Cache-Control"] = "no-cache"
    return response


def shown(page: dict[str, Any]) -> dict[str, Any]:
    """What the template needs; it decides nothing."""
    editions = sorted(page["editions"], key=lambda edition: BEST_FIRST[edition["availability"]])[:MOST_EDITIONS]
    for edition in editions:
        edition["more_offers"] = max(len(edition["offers"]) - MOST_OFFERS, 0)
        edition["offers"] = [in_words(offer) for offer in edition["offers"][:MOST_OFFERS]]
        edition["format_name"] = Format(edition["format"]).label
        edition["language_name"] = language_name(edition["language"]) if edition["language"] else ""
        edition["paragraphs"] = paragraphs(edition["description"])
    description = paragraphs(page["description"])
    return {
        "shop": settings.SHOP_NAME,
        "book": page,
        "editions": editions,
        "more_editions": max(len(page["editions"]) - MOST_EDITIONS, 0),
        "paragraphs": description,
        "summary": in_short(page["description"], DESCRIPTION_IN_LINKS) or page["subtitle"] or page["title"],
        "authors": ", ".join(author["name"] for author in page["authors"]),
        "canonical": book_address(page["id"], page["title"]),
        "api_address": api_address(page["id"]),
        "new_titles": f"{settings.SHOP_URL}/feeds/new.xml",
        "cover": page["cover"] and for_browsers(page["cover"]),
        "availability": Availability[page["availability"].upper()].label,
        "data": json_in_html(book_in_words(page, editions)),
    }


def in_words(offer: dict[str, Any]) -> dict[str, Any]:
    return {
        **offer,
        "condition_name": Condition(offer["condition"]).label,
        "availability_name": Availability[offer["availability"].upper()].label,
    }


def for_browsers(cover: dict[str, Any]) -> dict[str, Any]:
    """The cover's addresses as the page needs them: on this very host where the shop serves them itself."""
    own = f"{settings.SHOP_URL}/"
    widths = [(each["width"], each["url"].replace(own, "/", 1)) for each in cover["widths"]]
    return {
        **cover,
        "src": cover["url"].replace(own, "/", 1),
        "srcset": ", ".join(f"{url} {width}w" for width, url in widths),
    }
