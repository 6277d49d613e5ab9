"""Dates as the trade knows them: a year, a month of a year, or a day; before our era too."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

SPELLING = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date and its precision: month and day are 0 where unknown; negative years are before our era (ISO 8601)."""

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if not -9999 <= self.year <= 9999 or self.year == 0:
            raise ValueError(f"{self.year} is not a year.")
        if not 0 <= self.month <= 12 or (self.day and not self.month):
            raise ValueError(f"{self.month} is not a month.")
        if self.day and not 1 <= self.day <= calendar.monthrange(abs(self.year), self.month)[1]:
            raise ValueError(f"{self.year}-{self.month:02} has no day {self.day}.")

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `1997`, `1997-06`, `1997-06-26` or `-0750`. Raises ValueError for anything else."""
        match = SPELLING.fullmatch(text.strip())
        if not match:
            raise ValueError(f"{text[:40]!r} is not a date; write 1997, 1997-06 or 1997-06-26.")
        year, month, day = (int(part or 0) for part in match.groups())
        if (match[2] and not month) or (match[3] and not day):
            raise ValueError(f"{text!r} is not a date.")
        return cls(year, month, day)

    @classmethod
    def from_number(cls, number: int) -> PartialDate:
        year, rest = divmod(number, 10_000)
        return cls(year, *divmod(rest, 100))

    @property
    def number(self) -> int:
        """One number that sorts as time does: 19970626, 19970600, -7500000."""
        return self.year * 10_000 + self.month * 100 + self.day

    @property
    def last_number(self) -> int:
        """The number of the last day that this date may mean."""
        return self.year * 10_000 + (self.month or 99) * 100 + (self.day or 99)

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        parts = [f"{sign}{abs(self.year):04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part]
        return "-".join(parts)


class PartialDateFormField(forms.CharField):
    """A date typed with the precision that is known."""

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]  # not an int
        return read(value)


def read(value: Any) -> PartialDate | None:
    if value is None or isinstance(value, PartialDate):
        return value
    try:
        if isinstance(value, int):
            return PartialDate.from_number(value)
        return PartialDate.parse(value) if value.strip() else None
    except ValueError as error:
        raise ValidationError(_("Write a date like 1997, 1997-06 or 1997-06-26."), code="invalid") from error


class PartialDateField(models.IntegerField):  # type: ignore[type-arg]  # not generic when run
    """A PartialDate, kept as the one number that sorts as time does."""

    description = "a date with its precision"

    def from_db_value(self, value: int | None, *_args: object) -> PartialDate | None:
        return None if value is None else PartialDate.from_number(value)

    @property
    def validators(self) -> list[Any]:
        return []  # the column's limits are no limits of dates

    def to_python(self, value: Any) -> PartialDate | None:
        return read(value)

    def get_prep_value(self, value: Any) -> int | None:
        date = self.to_python(value)
        return None if date is None else date.number

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")

    def formfield(self, **options: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": PartialDateFormField, **options})
