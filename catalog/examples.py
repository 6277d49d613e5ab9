"""Examples and parameters for the OpenAPI schema."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from catalog.search.query import FACETS, SORTS
from catalog.vocabularies import Availability, Condition, Format

BASE = "http://localhost:8000"
BOOK_ID = "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c55"
AUTHOR = {"id": "0198c1f2-6f1e-7111-8a4f-2b1f0d0a9c01", "name": "Ursula K. Le Guin"}
PRICE = {"amount": "12.90", "currency": "EUR"}
PUBLISHER = {"id": "0198c1f2-6f1e-7222-8a4f-2b1f0d0a9c02", "name": "Gollancz"}
COVER_NAME = f"{BASE}/media/covers/0198c1f2-6f1e-7666-8a4f-2b1f0d0a9c06-3f1d6c0a9b2e-800x1200"
COVER = {
    "url": f"{COVER_NAME}.webp",
    "thumbnail": f"{COVER_NAME}.thumb.webp",
    "width": 800,
    "height": 1200,
    "widths": [
        {"width": 160, "url": f"{COVER_NAME}.thumb.webp"},
        {"width": 320, "url": f"{COVER_NAME}.320.webp"},
        {"width": 640, "url": f"{COVER_NAME}.640.webp"},
        {"width": 800, "url": f"{COVER_NAME}.webp"},
    ],
}
SERIES = {"id": "0198c1f2-6f1e-7333-8a4f-2b1f0d0a9c03", "name": "Hainish Cycle", "position": 6.0}

BOOK_IN_LIST = {
    "id": BOOK_ID,
    "title": "The Dispossessed",
    "subtitle": "",
    "authors": [AUTHOR],
    "series": SERIES,
    "cover": COVER,
    "rating": {"average": 4.5, "count": 12},
    "formats": ["ebook", "paperback"],
    "price_from": PRICE,
    "availability": "in_stock",
    "published": "1974",
    "url": f"{BASE}/api/v1/books/{BOOK_ID}/",
}
OFFER = {
    "id": "0198c1f2-6f1e-7444-8a4f-2b1f0d0a9c04",
    "seller": {"id": "0198c1f2-6f1e-7555-8a4f-2b1f0d0a9c05", "slug": "corner-bookshop", "name": "Corner Bookshop"},
    "condition": "new",
    "price": PRICE,
    "reduction": {
        "previous_lowest": {"amount": "14.90", "currency": "EUR"},
        "since": "2026-11-20T08:00:00.000000Z",
    },
    "quantity": 3,
    "notes": "",
    "availability": "in_stock",
    "photos": [],
}
OWN_OFFER = {
    **OFFER,
    "edition": "0198c1f2-6f1e-7666-8a4f-2b1f0d0a9c06",
    "book": BOOK_ID,
    "isbn": "9781857988826",
    "title": "The Dispossessed",
    "held": 1,
    "withdrawn": False,
    "created_at": "2026-11-21T09:30:00.123456Z",
    "updated_at": "2026-11-21T09:30:00.123456Z",
}
NEW_OFFER = {"isbn": "978-1-85798-882-6", "condition": "new", "price": PRICE, "quantity": 3, "notes": ""}
NEW_EDITION = {
    "isbn": "978-1-85798-882-6",
    "title": "The Dispossessed",
    "authors": [{"name": "Ursula K. Le Guin"}],
    "format": "paperback",
    "language": "en",
    "publisher": "Gollancz",
    "published": "1999-08",
    "pages": 319,
}
EDITION_CHANGE = {"published": "1999-08-12", "pages": 319, "publisher": "Gollancz"}
NEW_BOOK = {
    "title": "The Dispossessed",
    "subtitle": "An Ambiguous Utopia",
    "authors": [{"name": "Ursula K. Le Guin", "role": "A01"}],
    "series": {"name": "Hainish Cycle", "position": 6},
    "subjects": ["thema:FL"],
    "original_language": "en",
    "first_published": "1974",
}
BOOK_CHANGE = {"description": "Two worlds, one physicist, and a wall.", "subjects": ["thema:FL", "thema:FDB"]}
NEW_OFFER_AND_EDITION = {**NEW_OFFER, **NEW_EDITION}
OFFER_CHANGE = {"price": {"amount": "11.90", "currency": "EUR"}, "quantity": 5}
PRICE_PERIOD = {"price": PRICE, "began_at": "2026-11-20T08:00:00.000000Z", "ended_at": None}
OFFER_ROWS = {
    "offers": [
        {"id": OFFER["id"], "price": PRICE, "quantity": 3},
        {"isbn": "978-0-441-17271-9", "condition": "good", "archived": True},
    ]
}
OFFER_ROW_RESULTS = {
    "results": [
        {"row": 0, "status": 200, "offer": OWN_OFFER},
        {
            "row": 1,
            "status": 404,
            "problem": {
                "type": "/docs/problems/not_found",
                "title": "Not found",
                "status": 404,
                "detail": "There is nothing here.",
                "code": "not_found",
                "errors": [],
                "facts": {},
                "request_id": "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c55",
            },
        },
    ]
}
PRODUCT = {
    "texts": [
        {
            "kind": "table_of_contents",
            "type": "04",
            "html": "<ol><li>Anarres</li><li>Urras</li></ol>",
            "author": "",
            "source": "",
            "date": "",
        }
    ],
    "accessibility": [{"code": "36", "name": "Text can be resized and restyled", "note": ""}],
    "form": "BC",
    "form_details": ["B105"],
    "protection": [],
    "features": [],
    "audience": [{"scheme": "01", "code": "01"}],
    "age_from": None,
    "age_to": None,
    "duration_seconds": None,
    "file_size_bytes": None,
    "country_of_manufacture": "GB",
    "safety_contacts": [
        {
            "name": "Gollancz Product Safety",
            "email": "safety@publisher.example",
            "phone": "",
            "address": "1 Quay Street, D01 Dublin",
            "country": "IE",
        }
    ],
    "resources": [],
    "expected": "",
}
EDITION_IN_BOOK = {
    "id": "0198c1f2-6f1e-7666-8a4f-2b1f0d0a9c06",
    "isbn": "9781857988826",
    "isbn_hyphenated": "978-1-85798-882-6",
    "isbn10": "1857988825",
    "title": "",
    "edition_statement": "",
    "format": "paperback",
    "language": "en",
    "publisher": PUBLISHER,
    "imprint": "SF Masterworks",
    "published": "1999-08",
    "pages": 319,
    "height_mm": 198,
    "width_mm": 129,
    "thickness_mm": None,
    "weight_g": None,
    "availability": "in_stock",
    "availability_code": "20",
    "description": "",
    "cover": COVER,
    "for_sale_here": True,
    "on_sale_from": None,
    "preorder_from": None,
    "list_price": {"amount": "14.00", "currency": "EUR"},
    "product": PRODUCT,
    "offers": [OFFER],
}
EDITION = {
    **EDITION_IN_BOOK,
    "title": "The Dispossessed",
    "book": {name: BOOK_IN_LIST[name] for name in ("id", "title", "subtitle", "authors", "series", "url")},
}
SUBJECT = {
    "id": "0198c1f2-6f1e-7777-8a4f-2b1f0d0a9c07",
    "scheme": "thema",
    "code": "FL",
    "label": "Science fiction",
}
BOOK = {
    **BOOK_IN_LIST,
    "description": "Two worlds, one physicist, and a wall.",
    "original_language": "en",
    "rating": {"average": 4.5, "count": 12, "histogram": {"1": 0, "2": 0, "3": 1, "4": 4, "5": 7}},
    "contributors": [{**AUTHOR, "role": "A01", "role_name": "Author"}],
    "all_series": [{**SERIES, "label": "6"}],
    "subjects": [SUBJECT],
    "editions": [EDITION_IN_BOOK],
}
RELATED_BOOK = {
    **BOOK_IN_LIST,
    "id": "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c66",
    "title": "The Word for World is Forest",
    "series": {**SERIES, "position": 7.0},
    "published": "1976",
    "url": f"{BASE}/api/v1/books/0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c66/",
}
FORTHCOMING_BOOK = {**BOOK_IN_LIST, "availability": "preorder", "published": "2027-03"}
RELATED_BOOKS = {"also_bought": [], "same_series": [RELATED_BOOK], "same_author": [], "similar": []}

CONTRIBUTOR = {**AUTHOR, "sort_name": "Le Guin, Ursula K.", "birth_year": 1929, "death_year": 2018}
CONTRIBUTOR_PAGE = {**CONTRIBUTOR, "aliases": [], "biography": "", "book_count": 42}
SERIES_IN_LIST = {"id": SERIES["id"], "name": SERIES["name"]}
SERIES_PAGE = {**SERIES_IN_LIST, "books": [{**BOOK_IN_LIST, "position": 6.0, "label": "6"}]}
SUGGESTIONS = {
    "books": [BOOK_IN_LIST],
    "authors": [AUTHOR],
    "series": [{"id": SERIES["id"], "name": SERIES["name"]}],
    "subjects": [SUBJECT],
    "did_you_mean": None,
}
SUBJECT_IN_TREE = {**SUBJECT, "parent": "0198c1f2-6f1e-7888-8a4f-2b1f0d0a9c08", "children": []}
SUBJECT_PAGE = {
    **SUBJECT_IN_TREE,
    "ancestors": [{"id": SUBJECT_IN_TREE["parent"], "scheme": "thema", "code": "F", "label": "Fiction"}],
}


def text(name: str, description: str, **options: object) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description, **options)


def choices(name: str, values: list[str], description: str = "") -> OpenApiParameter:
    sentence = f"{description} One of, or several with commas: {', '.join(values)}.".strip()
    return OpenApiParameter(name, OpenApiTypes.STR, description=sentence)


BOOK_LIST_PARAMETERS = [
    text("q", "An ISBN in any form, or words of title, author, series, publisher, description; the last may be cut."),
    text("author", "Ids of contributors."),
    text("series", "Ids of series."),
    text("publisher", "Ids of publishers."),
    text("subject", "Ids or codes (thema:FL, FL); their narrower headings count too."),
    text("seller", "Ids or slugs of sellers."),
    text("language", "BCP 47 tags: en, pt-BR."),
    choices("format", list(Format.values)),
    choices("condition", list(Condition.values)),
    choices("availability", [member.word for member in Availability]),
    text("price_min", "The lowest price, in the shop's currency: 5.00."),
    text("price_max", "The highest price, in the shop's currency: 12.90."),
    text("rating_min", "The lowest average rating, 0 to 5."),
    text("published_after", "Published in or after 1997, 1997-06 or 1997-06-26."),
    text("published_before", "Published in or before 1997, 1997-06 or 1997-06-26."),
    OpenApiParameter("sort", OpenApiTypes.STR, enum=SORTS, description="Relevance needs q; without it, popular."),
    choices("facets", list(FACETS), "Counts with all filters but the facet's own."),
]

SELLER_PAGE = {
    "id": "0198c1f2-6f1e-7111-8a4f-2b1f0d0a9c16",
    "slug": "corner",
    "name": "Corner Bookshop",
    "description": "Used books since 1974, packed with care.",
    "country": "DE",
    "since": "2026-11-21",
    "offers": {"count": 412, "exact": True},
}
