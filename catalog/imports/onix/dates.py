"""ONIX's dates (list 55) as the shop's: with their precision, or as the day that a rule begins."""

import calendar
import re
from datetime import date
from typing import Any

from catalog.imports.onix.trees import words_of
from catalog.partial_dates import PartialDate

WRITTEN = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?)?)?", re.ASCII)
DAYS, MONTHS, YEARS = ("00", "13", "14", ""), ("01",), ("05",)
PERIODS = ("06", "07", "08", "09", "10", "11")  # the first half is where the period begins


def read_date(value: Any) -> PartialDate | None:
    """A date of our calendar; None for the formats that are none (weeks, seasons, texts). Raises ValueError."""
    text = words_of(value).replace(" ", "")
    form = value.get("dateformat", "") if isinstance(value, dict) else ""
    if not text or (form not in DAYS + MONTHS + YEARS + PERIODS):
        return None
    if form in PERIODS:
        text = text[: len(text) // 2]
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a date.")
    year, month, day = (int(part or 0) for part in match.groups())
    if month == 0 and day:
        raise ValueError(f"{text[:40]!r} is not a date.")
    return PartialDate(year, month, day)


def first_day(partial: PartialDate) -> date:
    return date(partial.year, partial.month or 1, partial.day or 1)


def last_day(partial: PartialDate) -> date:
    """The last day that the date may mean: nobody breaks an embargo by waiting that long."""
    month = partial.month or 12
    return date(partial.year, month, partial.day or calendar.monthrange(partial.year, month)[1])
