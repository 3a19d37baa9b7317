"""The slow reading of a request body: case-folded keys, values written as strings, all errors collected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import msgspec

from almoner.kernel.errors import BadRequest, FieldError, Invalid
from almoner.kernel.money import NUMBER_LENGTH_MAX, MoneyError, parse_number
from almoner.kernel.text import did_you_mean, nearest
from almoner.platform.http.field_errors import field_error
from almoner.platform.http.kinds import (
    Kind,
    Slot,
    begins_with_one,
    kind_of,
    names_of,
    nothing_of,
    slots_of,
)
from almoner.platform.http.repeated import parse_pairs, said_by, says_twice

_UNTYPED = msgspec.json.Decoder(float_hook=Decimal)
_BIGINT = range(-(2**63), 2**63)
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}", re.ASCII)
_ERRORS_MAX = 100
_UNKNOWN_NAMED = 20
_KEY_SHOWN = 60
_PLACE = re.compile(r"\[\d+\]", re.ASCII)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Unread(Invalid):
    """Fields of a body do not fit its shape."""

    def __init__(self, fields: Iterable[FieldError], remains: Any) -> None:
        """`remains` is what could be read: an instance of the shape that holds None, an empty list or an empty object where nothing could."""
        super().__init__("One or more fields are invalid.", fields=tuple(fields))
        self.remains = remains


class NoJson(BadRequest):
    """The body cannot be read as JSON."""


def read_leniently(raw: bytes, shape: Any, ignored: list[str], told: frozenset[str] = frozenset()) -> Any:
    """The JSON text `raw` as an instance of `shape`; errors, what is `ignored` and what was `told`, as `decode_body` says."""
    reader = _Reader(ignored, told)
    try:
        value = _parse(raw.removeprefix(_BYTE_ORDER_MARK))
        if kind_of(shape).struct is not None and not isinstance(value, dict):
            raise BadRequest("The request body must be a JSON object.")
        if kind_of(shape).item is not None and not isinstance(value, list):
            raise BadRequest("The request body must be a JSON array.")
        result = reader.read(value, shape, "")
    except _Enough:
        raise Invalid(
            f"More than {_ERRORS_MAX} fields are invalid; the first are named.", fields=tuple(reader.errors)
        ) from None
    except RecursionError:
        raise BadRequest("The request body is nested too deeply.") from None
    if reader.errors:
        raise Unread(reader.errors, result)
    return result


@cache
def paths_told(shape: Any, prefix: str = "", depth: int = 4) -> frozenset[str]:
    """Where the fields of a view stand, folded and without the places in lists; what lies deeper than `depth` is left out."""
    kind, paths = kind_of(shape), frozenset[str]()
    if kind.item is not None:
        return paths_told(kind.item, prefix, depth)
    if kind.struct is None or not depth:
        return paths
    for slot in slots_of(kind.struct).values():
        path = f"{prefix}{slot.wire.lower()}"
        paths |= {path} | paths_told(slot.hint, f"{path}.", depth - 1)
    return paths


def nothing_known(unknown: Iterable[str], shape: Any) -> Invalid:
    """The refusal of a change that names `unknown` fields alone, so that nothing would change; of very many the first are named."""
    wires = [slot.wire for slot in slots_of(shape).values() if not slot.required]
    errors = []
    for key in islice(unknown, _UNKNOWN_NAMED):
        meant = did_you_mean(key.rpartition(".")[2], wires) or f" What can be: {', '.join(wires)}."
        errors.append(
            FieldError(key[:_KEY_SHOWN], "UNKNOWN", f"No field of this name can be changed.{meant}")
        )
    return Invalid("Nothing that the body names can be changed.", fields=tuple(errors))


def _parse(raw: bytes) -> Any:
    if not raw.strip():
        raise NoJson("The request body is empty.")
    try:
        return _decoded(raw)
    except (msgspec.DecodeError, ValueError) as error:
        raise NoJson(_why_malformed(error, raw)) from error


def _decoded(raw: bytes) -> Any:
    try:
        return parse_pairs(raw) if says_twice(raw) else _UNTYPED.decode(raw)
    except msgspec.DecodeError:
        # A lone surrogate stops this decoder; the standard one lets it in, so that its field can be named.
        if not re.search(rb"\\u[dD]", raw):
            raise
        return parse_pairs(raw)


def _why_malformed(error: Exception, raw: bytes) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "The request body is not valid UTF-8."
    if isinstance(error, json.JSONDecodeError):
        return f"The request body is not valid JSON (character {error.pos})."
    at = re.search(r"byte (\d+)", str(error))
    return f"The request body is not valid JSON (byte {at[1] if at else len(raw)})."


class _Enough(Exception):
    """Nobody reads on: a body of a megabyte may be wrong in half a million places."""


@dataclass(slots=True)
class _Reader:
    """Reads values by type and remembers every field that does not fit; for a misfit stands what `nothing_of` gives."""

    ignored: list[str]
    """The paths of the keys that no struct has."""
    told: frozenset[str]
    """The paths (`paths_told`) of what is sent back as it was read, and says nothing."""
    errors: list[FieldError] = field(default_factory=list)

    def read(self, value: Any, hint: Any, path: str) -> Any:
        before, kind = len(self.errors), kind_of(hint)
        if value is None and not kind.nullable:
            self._refuse(path, "REQUIRED", f"This field is required and must not be null.{kind.choices}")
            return nothing_of(hint)
        if kind.struct is not None and isinstance(value, dict):
            return self._read_struct(value, kind.struct, path)
        if kind.array is not None and isinstance(value, list):
            self._convert(value, kind.array, path)
            return [self.read(item, kind.item, f"{path}[{index}]") for index, item in enumerate(value)]
        if kind.table is not None and isinstance(value, dict):
            return self._read_table(value, kind, path)
        read = self._read_plain(value, kind, path) if self._storable(value, path) else None
        return nothing_of(hint) if len(self.errors) > before else read

    def _read_plain(self, value: Any, kind: Kind, path: str) -> Any:
        if isinstance(value, str) and Decimal in kind.scalars:
            return self._number(value, path)
        return self._convert(_coerced(value, kind.scalars), kind.hint, path)

    def _read_table(self, value: dict[str, Any], kind: Kind, path: str) -> dict[str, Any]:
        """An object by names of the caller's, without the entries that do not fit: each is told by its name."""
        if not self._storable(list(value), path):
            return {}
        self._convert(value, kind.table, path)
        is_text = kind_of(kind.entry).scalars == {str}
        read = {}
        for key, item in value.items():
            before = len(self.errors)
            read[key] = self.read(item, kind.entry, f"{path}.{key[:_KEY_SHOWN]}")
            if len(self.errors) > before:
                del read[key]
                if is_text and isinstance(item, dict | list):
                    told = self.errors.pop()
                    cure = f'Write the text alone: {{"{key[:_KEY_SHOWN]}": "..."}}.'
                    self.errors.append(FieldError(told.field, told.code, f"{told.message} {cure}"))
        return read

    def _read_struct(self, value: dict[str, Any], struct: type[msgspec.Struct], path: str) -> Any:
        slots, prefix = slots_of(struct), f"{path}." if path else ""
        before, values = len(self.errors), {}
        given = self._known(value, struct, prefix)
        names, place = names_of(struct), _PLACE.sub("", prefix.lower()).removeprefix(".")
        unknown = [key for key in value if (low := key.lower()) not in names and place + low not in self.told]
        self._refuse_mistaken(unknown, struct, prefix)
        self._refuse_missed({key: value[key] for key in unknown}, struct, given, prefix)
        self.ignored += [prefix + key for key in unknown]
        for slot in slots.values():
            if slot.wire in given:
                values[slot.name] = self.read(given[slot.wire], slot.hint, prefix + slot.wire)
            elif slot.required:
                meant = _meant(slot.wire, unknown) or kind_of(slot.hint).choices
                self._refuse(prefix + slot.wire, "REQUIRED", f"This field is required.{meant}")
                values[slot.name] = nothing_of(slot.hint)
        try:
            return struct(**values)
        except ValueError as error:
            if len(self.errors) == before:
                self._refuse(path, "INVALID", str(error))
            return None

    def _refuse_mistaken(self, unknown: list[str], struct: type[msgspec.Struct], prefix: str) -> None:
        """What a struct lists as `mistaken` for a field of its own is not passed by: something else would be done than was meant."""
        mistaken: Mapping[str, str] = getattr(struct, "mistaken", {})
        for key in unknown:
            if meant := mistaken.get(key.lower()):
                self._refuse(
                    prefix + key, "UNKNOWN", f"There is no field of this name here: {meant} is meant."
                )

    def _refuse_missed(
        self, unknown: Mapping[str, Any], struct: type[msgspec.Struct], given: Mapping[str, Any], prefix: str
    ) -> None:
        """A key that is like a field that a struct lists as `not_missed`, and that is not said, is not passed by, nor any list with `no_strange_lists`."""
        guarded: Iterable[str] = getattr(struct, "not_missed", ())
        missing = [wire for wire in guarded if wire not in given]
        for key, item in unknown.items():
            if meant := nearest(key, missing):
                text = f"There is no field of this name here: {meant} is meant."
                self._refuse(prefix + key, "UNKNOWN", text)
            elif isinstance(item, list) and getattr(struct, "no_strange_lists", False):
                self._refuse(prefix + key, "UNKNOWN", "There is no list of this name here.")

    def _convert(self, value: Any, hint: Any, path: str) -> Any:
        try:
            converted = msgspec.convert(value, hint)
        except msgspec.ValidationError as error:
            told, choices = field_error(path, str(error)), kind_of(hint).choices
            return self._add(FieldError(told.field, told.code, f"{told.message}{choices}"))
        if type(converted) is int and converted not in _BIGINT:
            return self._refuse(path, "OUT_OF_RANGE", "The number is too large.")
        if type(converted) is Decimal and not converted.is_finite():
            return self._refuse(path, "INVALID", "Expected a finite number.")
        if type(converted) is Decimal and len(converted.as_tuple().digits) > NUMBER_LENGTH_MAX:
            return self._refuse(
                path, "TOO_LONG", f"A number is written with at most {NUMBER_LENGTH_MAX} digits."
            )
        return converted

    def _number(self, text: str, path: str) -> Decimal | None:
        try:
            return parse_number(text)
        except MoneyError as error:
            is_long = error.code == "TOO_LONG"
            self._refuse(
                path,
                error.code if is_long else "WRONG_TYPE",
                str(error) if is_long else "Expected a number such as 1234.50.",
            )
        return None

    def _storable(self, value: Any, path: str) -> bool:
        texts = list(_texts(value))
        if any("\x00" in text for text in texts):
            self._refuse(path, "INVALID", "Text must not contain the character U+0000.")
        elif any("\ud800" <= character <= "\udfff" for text in texts for character in text):
            self._refuse(path, "INVALID", "Text must not contain a lone surrogate.")
        else:
            return True
        return False

    def _known(self, value: dict[str, Any], struct: type[msgspec.Struct], prefix: str) -> dict[str, Any]:
        """What is said of the struct's fields, by their names on the wire; one said twice in two ways is refused."""
        given: dict[str, Any] = {}
        names, is_form = names_of(struct), getattr(struct, "is_form", False)
        for key, item in said_by(value):
            slot = names.get(key.lower())
            if slot is None or (is_form and _is_untouched(item, slot)):
                continue
            if given.setdefault(slot.wire, item) != item:
                self._refuse(
                    prefix + slot.wire, "INCONSISTENT", "This field is written twice with different values."
                )
        return given

    def _refuse(self, path: str, code: str, message: str) -> None:
        self._add(FieldError(path, code, message))

    def _add(self, error: FieldError) -> None:
        """Remember what does not fit; `_Enough` when that is as much as is told."""
        if len(self.errors) >= _ERRORS_MAX:
            raise _Enough
        self.errors.append(error)


def _is_untouched(value: Any, slot: Slot) -> bool:
    """Whether a value is what an untouched field of a form sends: a blank, or 0 where ids begin with 1."""
    if slot.required:
        return False
    if isinstance(value, str) and not value.strip():
        return not (slot.clears and slot.is_text)
    is_zero = type(value) is not bool and str(value).strip() == "0"
    return is_zero and kind_of(slot.hint).nullable and begins_with_one(slot.hint)


def _meant(wire: str, unknown: list[str]) -> str:
    """A sentence on the key that was written in the place of `wire`, if one is near to it."""
    spelt = nearest(wire, unknown)
    return f" '{spelt}' is not known here: was this meant?" if spelt else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _coerced(value: Any, scalars: frozenset[Any]) -> Any:
    """`value` with numbers and booleans read out of strings where the type has no place for a string."""
    if isinstance(value, Decimal) and int in scalars and Decimal not in scalars:
        return int(value) if abs(value.adjusted()) < 30 and value == value.to_integral_value() else value
    if not isinstance(value, str) or str in scalars:
        return value
    text = value.strip()
    if bool in scalars and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if int in scalars and _INTEGER.fullmatch(text):
        return int(text)
    return value
