"""The facts and list prices of a batch's editions, written with one statement each."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from catalog import arrays
from catalog.imports import among, bulk
from catalog.imports.record import PriceLine, ProductLine, Record
from catalog.imports.state import EditionState
from catalog.models import ListPrice, ProductFacts

Told = tuple[Record, EditionState]
FIELDS = [field.name for field in ListPrice._meta.concrete_fields if field.name not in ("id", "edition")]


def write_facts(told: Iterable[Told]) -> list[Told]:
    """Write what is new or different; returns the records that changed something."""
    last = {state.edition.pk: (record, state) for record, state in told
            if record.product is not None and state.believes(record)
            and (state.is_new or not record.edition_id)}  # fmt: skip
    if not last:
        return []
    facts = {row.pk: row for row in ProductFacts.objects.filter(among.keys("edition", last))}
    changed = [pair for pk, pair in last.items() if differs(pair[0], facts.get(pk))]
    bulk.insert_values(ProductFacts, [row_of(record, state, bytes.decode) for record, state in changed if state.is_new])
    rest = [row_of(record, state, orjson.Fragment) for record, state in changed if not state.is_new]
    bulk.insert_or_update(ProductFacts, rest, ["sender", "reference", "facts", "updated_at"])
    repriced = write_prices(last, facts.keys())
    lines = {record.line for record, _ in changed}
    return changed + [last[pk] for pk in repriced if last[pk][0].line not in lines]


def differs(record: Record, known: ProductFacts | None) -> bool:
    product = line_of(record)
    return known is None or known.reference != record.reference or known.facts != orjson.loads(product.facts)


def line_of(record: Record) -> ProductLine:
    assert record.product is not None  # noqa: S101 - the caller chose those that have one
    return record.product


def row_of(record: Record, state: EditionState, packed: Callable[[bytes], Any]) -> dict[str, Any]:
    product = line_of(record)
    return {
        "edition_id": state.edition.pk,
        "sender": product.sender,
        "reference": record.reference,
        "facts": packed(product.facts),
        "updated_at": timezone.now(),
    }


def write_prices(last: dict[UUID, Told], known: Iterable[UUID]) -> list[UUID]:
    """Put the prices of these editions in the place of those that they had; returns the editions with other ones."""
    wanted = {pk: [price_fields(price) for price in line_of(record).prices] for pk, (record, _) in last.items()}
    had: dict[UUID, list[dict[str, Any]]] = {pk: [] for pk in last}
    for price in ListPrice.objects.filter(among.keys("edition", known)).order_by("rank", "id"):
        had[price.edition_id].append({name: getattr(price, name) for name in FIELDS})
    other = [pk for pk in last if wanted[pk] != had[pk]]
    ListPrice.objects.filter(among.keys("edition", [pk for pk in other if had[pk]])).delete()
    keys = bulk.new_keys()
    bulk.insert_values(
        ListPrice,
        [{"id": next(keys), "edition_id": pk, **fields, "countries": arrays.of_texts(fields["countries"])}
         for pk in other for fields in wanted[pk]],
    )  # fmt: skip
    return other


def price_fields(price: PriceLine) -> dict[str, Any]:
    return {name: getattr(price, name) for name in FIELDS} | {"countries": list(price.countries)}
