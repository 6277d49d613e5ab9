"""A book in the words of schema.org, for machines that read its page."""

from typing import Any

from catalog.feeds.addresses import book_address
from catalog.feeds.text import in_short
from catalog.vocabularies import Condition, Format

Facts = dict[str, Any]

BOOK_FORMATS = {
    Format.HARDBACK: "Hardcover",
    Format.BOARD_BOOK: "Hardcover",
    Format.LEATHER_BOUND: "Hardcover",
    Format.PAPERBACK: "Paperback",
    Format.SPIRAL_BOUND: "Paperback",
    Format.EBOOK: "EBook",
    Format.AUDIOBOOK: "AudiobookFormat",
    Format.AUDIO_CD: "AudiobookFormat",
}
AVAILABILITIES = {
    "in_stock": "InStock",
    "to_order": "BackOrder",
    "preorder": "PreOrder",
    "out_of_stock": "OutOfStock",
}
PARTS = {  # ONIX list 17
    "author": ("A01", "A02"),
    "illustrator": ("A12",),
    "editor": ("B01", "B09"),
    "translator": ("B06",),
}
READERS = ("E03", "E07")
LONGEST_DESCRIPTION = 5_000


def book_in_words(page: Facts, editions: list[Facts]) -> Facts:
    """The work with these editions as its examples; `page` is that of `catalog.reads`, in plain values."""
    address = book_address(page["id"], page["title"])
    return kept(
        {
            "@context": "https://schema.org",
            "@type": "Book",
            "@id": address,
            "url": address,
            "name": page["title"],
            "alternativeHeadline": page["subtitle"],
            "description": in_short(page["description"], LONGEST_DESCRIPTION),
            "image": page["cover"] and page["cover"]["url"],
            **people(page["contributors"]),
            "aggregateRating": rating(page["rating"]),
            "isPartOf": [kept({"@type": "BookSeries", "name": each["name"]}) for each in page["all_series"]],
            "position": next((each["label"] or each["position"] for each in page["all_series"]), None),
            "workExample": [example(edition, page, address) for edition in editions],
        }
    )


def kept(facts: Facts) -> Facts:
    """What is known of these."""
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def people(contributors: list[Facts]) -> Facts:
    """Contributors by what they did; those whose part has no word of its own are contributors."""
    named = {role: part for part, roles in PARTS.items() for role in roles}
    found: dict[str, list[Facts]] = {}
    for person in contributors:
        if person["role"] not in READERS:
            part = named.get(person["role"], "contributor")
            found.setdefault(part, []).append({"@type": "Person", "name": person["name"]})
    return found


def rating(stars: Facts) -> Facts | None:
    if not stars["count"]:
        return None
    counts = {"ratingValue": stars["average"], "ratingCount": stars["count"]}
    return {"@type": "AggregateRating", **counts, "bestRating": 5, "worstRating": 1}


def example(edition: Facts, page: Facts, address: str) -> Facts:
    form = BOOK_FORMATS.get(edition["format"])
    readers = [person["name"] for person in page["contributors"] if person["role"] in READERS]
    is_heard = form == "AudiobookFormat"
    return kept(
        {
            "@type": ["Book", "Audiobook"] if is_heard else "Book",
            "@id": f"{address}#edition-{edition['id']}",
            "name": edition["title"] or page["title"],
            "isbn": edition["isbn"],
            "bookFormat": form and f"https://schema.org/{form}",
            "bookEdition": edition["edition_statement"],
            "inLanguage": edition["language"],
            "numberOfPages": edition["pages"],
            "datePublished": edition["published"],
            "publisher": edition["publisher"] and {"@type": "Organization", "name": edition["publisher"]["name"]},
            "image": edition["cover"] and edition["cover"]["url"],
            "readBy": [{"@type": "Person", "name": name} for name in readers] if is_heard else None,
            "offers": [offer(each, address, edition) for each in edition["offers"]],
        }
    )


def offer(each: Facts, address: str, edition: Facts) -> Facts:
    state = "NewCondition" if each["condition"] == Condition.NEW else "UsedCondition"
    return {
        "@type": "Offer",
        "url": f"{address}#edition-{edition['id']}",
        "price": each["price"]["amount"],
        "priceCurrency": each["price"]["currency"],
        "itemCondition": f"https://schema.org/{state}",
        "availability": f"https://schema.org/{AVAILABILITIES[each['availability']]}",
        "seller": {"@type": "Organization", "name": each["seller"]["name"]},
    }
