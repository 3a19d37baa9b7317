"""What conditions compare with: a value of the caller's read as its parameter's kind. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from almoner.kernel.money import MoneyError, parse_number
from almoner.kernel.text import did_you_mean, fold
from almoner.platform.query.days import WORDS, Span, read_days
from almoner.platform.query.parameters import Kind, Parameter

TEXT_MAX = 1000
"""Longest text that anything is compared with."""

_BIGINT = range(-(2**63), 2**63)
_TELLABLE = timedelta(milliseconds=1)
"""Instants are told in milliseconds: one that is named is all that are told alike."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants from `first` on and before `end`, in UTC."""

    first: datetime
    end: datetime


Operand: TypeAlias = int | Decimal | str | bool | Span | Moments


@dataclass(frozen=True, slots=True)
class Where:
    """What a reading depends on: the organization's day and zone."""

    today: date
    zone: ZoneInfo


def read_value(value: Any, parameter: Parameter, where: Where) -> tuple[Operand, ...]:
    """`value` as the parameter's kind, or all that it can mean of a list; `ValueError` says what is wrong with it, and what could be."""
    text = _text(value)
    if parameter.kind is Kind.CHOICE:
        return tuple(int(stored) for stored in _choices(text, parameter))
    if parameter.kind is Kind.LIST and parameter.values is not None:
        return _choices(text, parameter)
    return (_read(text, parameter.kind, where),)


def _read(text: str, kind: Kind, where: Where) -> Operand:
    match kind:
        case Kind.INT:
            return _whole(text)
        case Kind.DECIMAL | Kind.MONEY:
            return _number(text)
        case Kind.DAY:
            return _days(text, where.today)
        case Kind.INSTANT:
            return _moments(text, where)
        case Kind.TRUTH:
            return _truth(text)
        case _:
            return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float | Decimal):
        raise ValueError("Expected text or a number.")  # noqa: TRY004 - told to the caller as any other misfit
    text = str(value).strip()
    if len(text) > TEXT_MAX:
        raise ValueError(f"A value has at most {TEXT_MAX} characters.")
    return text


def _whole(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value() or int(number) not in _BIGINT:
        raise ValueError(f"'{text[:60]}' is no whole number.")
    return int(number)


def _number(text: str) -> Decimal:
    try:
        number = parse_number(text)
    except MoneyError:
        raise ValueError(f"'{text[:60]}' is no number such as 1234.50.") from None
    if abs(number.adjusted()) > 30:
        raise ValueError(f"'{text[:60]}' is too large or too small.")
    return number


def _days(text: str, today: date) -> Span:
    try:
        return read_days(text, today)
    except (ValueError, OverflowError):
        # Of a number that no word has, the word with the nearest letters is not what is meant.
        has_number = any(letter.isdigit() for letter in text)
        meant = ("" if has_number else did_you_mean(text, WORDS)) or f" Or one of: {', '.join(WORDS)}."
        raise ValueError(f"'{text[:60]}' is no day such as 2024-12-31.{meant}") from None


def _moments(text: str, where: Where) -> Moments:
    """A day as the organization has it; with a time of day the instant itself, of UTC when it names no zone."""
    if ":" in text:
        try:
            instant = datetime.fromisoformat(text)
            first = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
            return Moments(first, first + _TELLABLE)
        except (ValueError, OverflowError):
            raise ValueError(f"'{text[:60]}' is no instant such as 2024-12-31T18:30:00Z.") from None
    span = _days(text, where.today)
    try:
        return Moments(_midnight(span.first, where), _midnight(span.last + timedelta(days=1), where))
    except OverflowError:
        raise ValueError(f"'{text[:60]}' is beyond the calendar.") from None


def _midnight(day: date, where: Where) -> datetime:
    return datetime.combine(day, time(), where.zone).astimezone(UTC)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"'{text[:60]}' is neither true nor false.")
    return text.lower() == "true"


def _choices(text: str, parameter: Parameter) -> tuple[str, ...]:
    """What is stored for the value that is written so, as it is told or as it is stored; written loosely it may be several."""
    found = next((found for read, by in _spellings(parameter) if (found := by.get(read(text)))), None)
    if found is None and parameter.is_open:
        return (text,)
    if found is None:
        choices = parameter.values or {}
        raise ValueError(
            f"'{text[:60]}' is not in the list.{did_you_mean(text, choices)} What can be: {', '.join(islice(choices, 40))}."
        )
    return found


@lru_cache(maxsize=16)
def _spellings(parameter: Parameter) -> Sequence[tuple[Callable[[str], str], Mapping[str, tuple[str, ...]]]]:
    """What is stored by how it may be written: as it is, in another case, and with other blanks and hyphens; what the list had once among it.

    Options may differ by a hyphen alone, so the nearest spelling counts.
    """
    could_be = [*(parameter.values or {}).items(), *((option, option) for option in parameter.once)]
    spellings = []
    for read in (str, str.lower, _plain):
        by: dict[str, dict[str, None]] = {}
        for told, stored in could_be:
            for written in (told, stored):
                by.setdefault(read(written), {})[stored] = None
        spellings.append((read, {written: tuple(meant) for written, meant in by.items()}))
    return spellings


def _plain(text: str) -> str:
    return fold(text).replace(" ", "").replace("-", "")
