"""Examples for the OpenAPI schema."""

from catalog.examples import BOOK_ID

REVIEW = {
    "id": "0198c1f2-6f1e-7999-8a4f-2b1f0d0a9c10",
    "book": BOOK_ID,
    "rating": 5,
    "title": "A wall, and what is behind it",
    "text": "I read it twice.\nThe second time I looked for the wall.",
    "reader": {"name": "Rosa R."},
    "verified_purchase": True,
    "created_at": "2026-11-21T09:30:00.123456Z",
    "updated_at": "2026-11-21T09:30:00.123456Z",
}
NEW_REVIEW = {name: REVIEW[name] for name in ("rating", "title", "text")}
CHANGE = {"rating": 4, "text": "I read it three times."}
