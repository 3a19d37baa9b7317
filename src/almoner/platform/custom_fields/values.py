"""The values that a record has in its fields: as they are written, and as they are kept. Pure.

They are kept as an object from the ids of fields to what they hold: texts, numbers, truths, and days as `2021-09-08`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from almoner.kernel.custom_fields import TYPES, Definition, Holds
from almoner.kernel.days import kept_day
from almoner.kernel.errors import FieldError
from almoner.kernel.money import MoneyError, parse_number
from almoner.kernel.text import did_you_mean, fold, nearest_ones
from almoner.kernel.wire import day_text
from almoner.platform.custom_fields.requests import CustomFields
from almoner.platform.wire import encode_json

TEXT_MAX = 4000
_DIGITS_MAX, _PLACES_MAX = 18, 10
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields in use of one kind of record."""

    definitions: Sequence[Definition]
    tell_day: Callable[[date], str] = day_text
    """How a day is told: what was read so can be put back."""

    def written(
        self,
        said: CustomFields | None,
        errors: list[FieldError],
        *,
        was: str | None = None,
        keeps: bool = False,
        at: str = "customFields",
    ) -> str:
        """The column `custom_values` of a record whose body says this, where it `was` so; `errors` get what is wrong, told under `at`.

        What is not said is cleared, or stays with `keeps`; a blank clears. Fields may be called by name or display name in any case; a name
        that no field has is refused. A value that is what it was stays, even if the field no longer takes it; values of archived
        fields stay. A required field is asked for where the record is new or its fields change: what was read can be put back.
        """
        if was is None and not said and not self.definitions:
            return "{}"
        # What can be none of a record's values is nothing.
        before = _decode(was) if was is not None and was.startswith("{") else {}
        known = {str(definition.id) for definition in self.definitions}
        kept = {key: value for key, value in before.items() if keeps or key not in known}
        named = self._named(said, at, errors)
        for key, (definition, field, value) in named.items():
            read = self._read(definition, value, before.get(key), field, errors)
            kept.pop(key, None) if read is None else kept.update({key: read})
        errors += [
            FieldError(at, "REQUIRED", f"The custom field '{each.name}' is required.")
            for each in self.definitions
            if each.is_required
            and str(each.id) not in kept
            and (not keeps or str(each.id) in named)
            and (was is None or kept != before)
        ]
        return encode_json(kept).decode()

    def _named(
        self, said: CustomFields | None, at: str, errors: list[FieldError]
    ) -> dict[str, tuple[Definition, str, Any]]:
        """By id, each field that is named, where, and with which value."""
        by_key = {key: each for each in self.definitions for key in each.keys}
        named: dict[str, tuple[Definition, str, Any]] = {}
        for field, name, value in _pairs(said, at):
            if isinstance(value, list | dict):
                text = "Expected text, a number, true, false or null."
                errors.append(FieldError(field, "WRONG_TYPE", text))
            if name is None:  # blank, or what a judge sees of what could not be read
                continue
            definition = by_key.get(fold(name))
            if definition is None:
                errors.append(FieldError(field, "UNKNOWN", self._unknown(name)))
                continue
            first = named.setdefault(str(definition.id), (definition, field, value))
            if first[2] != value:
                text = f"The custom field '{definition.name}' is written twice with different values."
                errors.append(FieldError(field, "INCONSISTENT", text))
        return named

    def _unknown(self, name: str) -> str:
        near = nearest_ones(name, [each.name for each in self.definitions])
        meant = f" Did you mean {' or '.join(repr(each) for each in near)}?" if near else ""
        return f"There is no custom field '{name[:60]}'.{meant}"

    def _read(
        self, definition: Definition, value: Any, was: Any, field: str, errors: list[FieldError]
    ) -> Any:
        """What is kept of a value; None of a blank one, and of one that cannot be read."""
        if value is None or isinstance(value, list | dict):
            return None
        text = str(value).strip() if not isinstance(value, bool) else str(value).lower()
        if not text:
            return None
        if was is not None and text in self._told(definition, was):
            return was
        try:
            return _READ[definition.holds](text, definition)
        except ValueError as error:
            errors.append(FieldError(field, "INVALID", f"{definition.name}: {error}"))
            return None

    def _told(self, definition: Definition, value: Any) -> tuple[str, ...]:
        """How a value that is kept may be written as it is; one that is no day has no other way."""
        text = _text(value)
        try:
            return text, told_value(definition.data_type, text, self.tell_day)
        except ValueError:
            return (text,)


def told_value(data_type: str, text: str, tell_day: Callable[[date], str]) -> str:
    """A value as it is told, of the text that the database has of it."""
    return tell_day(date.fromisoformat(text)) if TYPES[data_type] is Holds.DAY else text


def _pairs(said: CustomFields | None, at: str) -> Iterator[tuple[str, str | None, Any]]:
    """Where each value stands, the name of its field, and the value."""
    if isinstance(said, Mapping):
        yield from ((f"{at}.{name}", name, value) for name, value in said.items())
    else:
        elements: Sequence[Any] = said or ()
        for index, element in enumerate(elements):
            if element is not None:
                yield f"{at}[{index}].value", element.name or None, element.value


def _text(value: Any) -> str:
    """What is kept, as the database has it as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str, _definition: Definition) -> str:
    if len(text) > TEXT_MAX:
        raise ValueError(f"At most {TEXT_MAX} characters.")
    return text


def _number(text: str, _definition: Definition) -> Decimal:
    try:
        number = parse_number(text)
    except MoneyError:
        raise ValueError(f"'{text[:60]}' is no number such as 1234.50.") from None
    fits = not number or -_PLACES_MAX <= number.adjusted() < _DIGITS_MAX
    if not fits or number != round(number, _PLACES_MAX):
        raise ValueError(f"At most {_DIGITS_MAX} digits, and {_PLACES_MAX} behind the point.")
    return Decimal(format(number.normalize(), "f"))


def _day(text: str, _definition: Definition) -> str | None:
    try:
        day = kept_day(text)
    except OverflowError as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError(f"'{text[:60]}' is no date such as 2024-12-31.") from None
    return None if day is None else day_text(day)


def _truth(text: str, _definition: Definition) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"'{text[:60]}' is neither true nor false.")
    return text.lower() == "true"


def _option(text: str, definition: Definition) -> str:
    found = next((option for option in definition.options if fold(option) == fold(text)), None)
    if found is None:
        can = f"{did_you_mean(text, definition.options)} What can be: {', '.join(definition.options[:40])}."
        raise ValueError(f"'{text[:60]}' is not in the list.{can}")
    return found


_READ = {
    Holds.TEXT: _plain,
    Holds.NUMBER: _number,
    Holds.DAY: _day,
    Holds.TRUTH: _truth,
    Holds.OPTION: _option,
}
