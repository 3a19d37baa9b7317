"""One key twice in a JSON object: the decoders keep one of the two values in silence; here they are found and told apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

_COLON = re.compile(rb'"\s*:')
_APART = (b'" ', b'"\n', b'"\r', b'"\t')
_CONTAINERS = (dict, list)


class Pairs(dict[str, Any]):
    """A JSON object with all that it says, also of a key that is there twice."""

    said: list[tuple[str, Any]]

    @classmethod
    def of(cls, said: list[tuple[str, Any]]) -> Pairs:
        """The object of these keys and values, in their order."""
        made = cls(said)
        made.said = said
        return made


def said_by(value: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Every key of an object with its value; one that is there twice comes twice, if `value` remembers it."""
    return value.said if isinstance(value, Pairs) else value.items()


def parse_pairs(raw: bytes) -> Any:
    """The JSON text `raw` with its objects as `Pairs` and exact numbers. Raises `ValueError` and `RecursionError`."""
    return json.loads(raw.decode(), parse_float=Decimal, object_pairs_hook=Pairs.of)


def says_twice(raw: bytes) -> bool:
    """Whether an object in the JSON text `raw` has one key twice, in whatever case; of what is no JSON it is not said."""
    return _may_say_twice(raw) and _does_say_twice(raw)


def _may_say_twice(raw: bytes) -> bool:
    """Whether more keys are written than the objects keep. A text may look like a key, so this only spares the closer look."""
    try:
        kept = _keys_of(msgspec.json.decode(raw.lower()))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return True
    written = len(_COLON.findall(raw)) if any(mark in raw for mark in _APART) else raw.count(b'":')
    return kept < written


def _keys_of(value: Any) -> int:
    if type(value) is dict:
        return len(value) + _keys_of(list(value.values()))
    if type(value) is list:
        return sum([_keys_of(each) for each in value if type(each) in _CONTAINERS])
    return 0


def _does_say_twice(raw: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({key.lower() for key, _ in pairs}) < len(pairs)

    try:
        json.loads(raw.decode(), object_pairs_hook=look, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return found
