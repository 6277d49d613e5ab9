"""Rows by any of many values, as one array: a parameter for each value costs more than finding its row does."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value

from catalog import arrays


class AnyOf(Func):
    """Whether a column has one of the values of an array."""

    arg_joiner = " = ANY("
    output_field = BooleanField()


def keys(column: str, ids: Iterable[UUID]) -> Any:
    """A condition for `filter`: the column has one of these keys."""
    return AnyOf(F(column), Value(arrays.of_plain(ids)), template="%(expressions)s::uuid[])")


def texts(column: str, wanted: Iterable[str]) -> Any:
    """A condition for `filter`: the column has one of these texts."""
    return AnyOf(F(column), Value(arrays.of_texts(wanted)), template="%(expressions)s::text[])")
