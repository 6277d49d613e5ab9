"""Facets: for each value of a dimension, how many of the books found have it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bookstore.money import Money
from bookstore.postgres import rows
from catalog.search.conditions import Conditions
from catalog.vocabularies import Availability, Format, language_name

EXACT_UP_TO = 1_000
MOST_VALUES = 50
PRICE_STEPS = (0, 500, 1000, 1500, 2000, 3000, 5000)  # minor units; each step is a class up to the next

PRICE_CLASS = f"width_bucket({{}}.price_minor, ARRAY{list(PRICE_STEPS)}::bigint[])"

VALUES = {
    "format": "unnest(listing.formats)",
    "language": "unnest(listing.languages)",
    "subject": "unnest(listing.subjects)",
    "availability": "listing.availability",
    "price": PRICE_CLASS.format("listing"),
    "rating": "generate_series(1, floor(listing.rating_average)::int)",
}
OF_A_COPY = {  # with other filters on copies set, a value counts where one and the same copy has it
    "format": "edition.format",
    "language": "unnest(ARRAY[edition.language, split_part(edition.language, '-', 1)])",
    "price": PRICE_CLASS.format("offer"),
}
SUBJECTS = "SELECT id, label, scheme || ':' || code AS code FROM catalog_subject WHERE id = ANY(%(ids)s)"
PARAMETERS = {  # which filters a facet leaves out
    "price": ("price_min", "price_max"),
    "rating": ("rating_min",),
}


def count_facets(name: str, conditions: Conditions, *, among: list[UUID] | None = None) -> list[dict[str, Any]]:
    """The values of one facet with their counts, most frequent first; of all books or of those given."""
    own = PARAMETERS.get(name, (name,))
    where = conditions.sql(without=own)
    if among is not None:
        where = f"listing.book_id = ANY(%(among)s) AND {conditions.has_copy(own)}"
    values = f"SELECT {VALUES[name]} AS value"
    if name in OF_A_COPY and conditions.has_copies(without=own):
        values = f"SELECT DISTINCT {OF_A_COPY[name]} AS value FROM {conditions.copies(own, priced=name == 'price')}"
    if name == "price":
        where += " AND listing.currency = %(currency)s"
    statement = f"""SELECT value, count(*)
        FROM catalog_listing listing CROSS JOIN LATERAL ({values}) AS found
        WHERE value IS NOT NULL AND value::text NOT IN ('', %(unknown)s) AND {where}
        GROUP BY value ORDER BY count(*) DESC, value LIMIT {MOST_VALUES}"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {**conditions.parameters, "unknown": Format.UNKNOWN.value, "among": among})
        return labelled(name, cursor.fetchall())


def labelled(name: str, counted: list[tuple[Any, int]], *, exactly: bool = True) -> list[dict[str, Any]]:
    """Values and counts as the API shows them; a count is exact up to EXACT_UP_TO, if it was counted exactly."""
    labels = LABELS[name]([value for value, _ in counted])
    return [
        {**label, "count": min(count, EXACT_UP_TO), "exact": exactly and count <= EXACT_UP_TO}
        for label, (_, count) in zip(labels, counted, strict=True)
    ]


def format_labels(values: list[str]) -> list[dict[str, Any]]:
    return [{"value": value, "label": str(Format(value).label)} for value in values]


def language_labels(values: list[str]) -> list[dict[str, Any]]:
    return [{"value": value, "label": language_name(value)} for value in values]


def subject_labels(values: list[Any]) -> list[dict[str, Any]]:
    subjects = {row["id"]: row for row in rows(SUBJECTS, {"ids": values}, planned_once=True)}
    return [{"value": value, "label": subjects[value]["label"], "code": subjects[value]["code"]} for value in values]


def availability_labels(values: list[int]) -> list[dict[str, Any]]:
    return [{"value": Availability(value).word, "label": str(Availability(value).label)} for value in values]


def price_labels(values: list[int]) -> list[dict[str, Any]]:
    """Classes from one step to just below the next; the last has no end."""
    return [price_label(value) for value in values]


def price_label(value: int) -> dict[str, Any]:
    low = Money(PRICE_STEPS[value - 1], settings.SHOP_CURRENCY)
    if value == len(PRICE_STEPS):
        return {"value": f"{low.amount}-", "label": f"{low} –", "price_min": str(low.amount), "price_max": None}
    high = Money(PRICE_STEPS[value] - 1, settings.SHOP_CURRENCY)
    return {
        "value": f"{low.amount}-{high.amount}",
        "label": f"{low} – {high}",
        "price_min": str(low.amount),
        "price_max": str(high.amount),
    }


def rating_labels(values: list[int]) -> list[dict[str, Any]]:
    return [{"value": value, "label": f"{value}+"} for value in values]


LABELS = {
    "format": format_labels,
    "language": language_labels,
    "subject": subject_labels,
    "availability": availability_labels,
    "price": price_labels,
    "rating": rating_labels,
}

FACETS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "For each facet asked for, its values; each has what the filter of the same name takes.",
    "example": {"format": [{"value": "paperback", "label": "Paperback", "count": 1000, "exact": False}]},
    "additionalProperties": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["value", "label", "count", "exact"],
            "properties": {
                "value": {"type": ["string", "integer"]},
                "label": {"type": "string"},
                "code": {"type": "string", "description": "of a subject: thema:FBA"},
                "price_min": {"type": "string"},
                "price_max": {"type": ["string", "null"]},
                "count": {"type": "integer", "maximum": EXACT_UP_TO},
                "exact": {"type": "boolean", "description": "false where there are more than count"},
            },
        },
    },
}
