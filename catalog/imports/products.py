"""The facts and list prices of a batch's editions, written with one statement each."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from catalog import arrays
from catalog.imports import among, bulk, copied
from catalog.imports.record import ProductLine, Record
from catalog.imports.state import EditionState
from catalog.models import ListPrice, ProductFacts

Told = tuple[Record, EditionState]
COLUMNS = ("edition_id", "sender", "reference", "updated_at", "facts")
FIELDS = [field.name for field in ListPrice._meta.concrete_fields if field.name not in ("id", "edition", "countries")]
OF_PRICE = attrgetter("countries", *FIELDS)


def write_facts(told: Iterable[Told]) -> list[Told]:
    """Write what is new or different; returns the records that changed something."""
    last = {state.edition.id: (record, state) for record, state in told
            if record.product is not None and state.believes(record)
            and (state.is_new or not record.edition_id)}  # fmt: skip
    if not last:
        return []
    facts = {row.pk: row for row in ProductFacts.objects.filter(among.keys("edition", last))}
    changed = [pair for pk, pair in last.items() if differs(pair[0], facts.get(pk))]
    now = timezone.now()
    new = (values_of(record, state, now) for record, state in changed if state.is_new)
    bulk.copy(ProductFacts, COLUMNS, (facts_line(row, facts) for *row, facts in new))
    rest = (values_of(record, state, now) for record, state in changed if not state.is_new)
    named = [dict(zip(COLUMNS, (*row, orjson.Fragment(facts)), strict=True)) for *row, facts in rest]
    bulk.insert_or_update(ProductFacts, named, COLUMNS[1:])
    repriced = write_prices(last, facts.keys())
    lines = {record.line for record, _ in changed}
    return changed + [last[pk] for pk in repriced if last[pk][0].line not in lines]


def differs(record: Record, known: ProductFacts | None) -> bool:
    product = line_of(record)
    return known is None or known.reference != record.reference or known.facts != orjson.loads(product.facts)


def line_of(record: Record) -> ProductLine:
    assert record.product is not None  # noqa: S101 - the caller chose those that have one
    return record.product


def values_of(record: Record, state: EditionState, now: datetime) -> tuple[UUID, str, str, datetime, bytes]:
    product = line_of(record)
    return state.edition.id, product.sender, record.reference, now, product.facts


def facts_line(row: Iterable[Any], facts: bytes) -> bytes:
    """JSON has no line breaks or tabs of its own, so of its kilobytes only the backslashes need a look."""
    return b"%s\t%s\n" % (copied.values(*row).encode(), facts.replace(b"\\", rb"\\"))


def write_prices(last: dict[UUID, Told], known: Iterable[UUID]) -> list[UUID]:
    """Put the prices of these editions in the place of those that they had; returns the editions with other ones."""
    wanted = {pk: list(map(OF_PRICE, line_of(record).prices)) for pk, (record, _) in last.items()}
    had: dict[UUID, list[tuple[Any, ...]]] = {pk: [] for pk in last}
    for price in ListPrice.objects.filter(among.keys("edition", known)).order_by("rank", "id"):
        price.countries = tuple(price.countries)
        had[price.edition_id].append(OF_PRICE(price))
    other = [pk for pk in last if wanted[pk] != had[pk]]
    ListPrice.objects.filter(among.keys("edition", [pk for pk in other if had[pk]])).delete()
    numbers = bulk.new_numbers()
    bulk.copy(
        ListPrice,
        ["id", "edition_id", "countries", *FIELDS],
        (copied.line((f"{next(numbers):032x}", pk, arrays.of_texts(countries), *rest))
         for pk in other for countries, *rest in wanted[pk]),
    )  # fmt: skip
    return other
