"""Days as queries write them: dates in every spelling, and words for days relative to the organization's today. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from almoner.kernel.days import parse_day


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both within; most often one day."""

    first: date
    last: date


def _ago(days: int) -> Callable[[date], Span]:
    return lambda today: _one(today - timedelta(days=days))


def _one(day: date) -> Span:
    return Span(day, day)


def _years_ago(years: int) -> Callable[[date], Span]:
    def day(today: date) -> Span:
        is_leap_day = (today.month, today.day) == (2, 29)
        return _one(today.replace(year=today.year - years, day=28 if is_leap_day else today.day))

    return day


_BY_WORD: Mapping[str, Callable[[date], Span]] = {
    "30 Days Ago": _ago(30),
    "60 Days Ago": _ago(60),
    "90 Days Ago": _ago(90),
    "180 Days Ago": _ago(180),
    "270 Days Ago": _ago(270),
    "Yesterday": _ago(1),
    "Today": _one,
    "Tomorrow": _ago(-1),
    "Last Sunday": lambda today: _one(today - timedelta(days=today.isoweekday() % 7 or 7)),
    "Start Of This Month": lambda today: _one(today.replace(day=1)),
    "This Calendar Year": lambda today: Span(today.replace(month=1, day=1), today.replace(month=12, day=31)),
    "One Year Ago": _years_ago(1),
    "Two Years Ago": _years_ago(2),
    "One week from now": _ago(-7),
}

WORDS = tuple(_BY_WORD)
"""The words for days, as `QueryOptions` lists them. Last Sunday is before today, also on a Sunday."""

_FOLDED = {"".join(word.split()).lower(): span for word, span in _BY_WORD.items()}


def read_days(text: str, today: date) -> Span:
    """The days that `text` means on the organization-local day `today`; `ValueError` when it means none.

    A time of day and its zone play no part.
    """
    word = _FOLDED.get("".join(text.split()).lower())
    return word(today) if word is not None else _one(parse_day(text))
