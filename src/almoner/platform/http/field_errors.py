"""msgspec's one-line complaints as field errors with a stable code and a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Callable

from almoner.kernel.errors import FieldError

_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def _kinds(names: str) -> str:
    return " or ".join(_NAMES.get(name, name) for name in names.split(" | "))


def _length(match: re.Match[str]) -> str:
    one, many = ("character", "characters") if match[1] == "str" else ("entry", "entries")
    return f"Must have at {'least' if match[2] == '>=' else 'most'} {match[3]} {one if match[3] == '1' else many}."


_RULES: tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"missing required"), "REQUIRED", lambda m: "This field is required."),
    (re.compile(r"`([a-z]+)` of length (>=) (\d+)"), "TOO_SHORT", _length),
    (re.compile(r"`([a-z]+)` of length (<=) (\d+)"), "TOO_LONG", _length),
    (re.compile(r"` >= (\S+)"), "OUT_OF_RANGE", lambda m: f"Must be {m[1]} or more."),
    (re.compile(r"` <= (\S+)"), "OUT_OF_RANGE", lambda m: f"Must be {m[1]} or less."),
    (re.compile(r"` ([<>]) (\S+)"), "OUT_OF_RANGE", lambda m: f"Must be {m[1]} {m[2]}."),
    (
        re.compile(r"Expected `([^`]+)`, got `([^`]+)`"),
        "WRONG_TYPE",
        lambda m: f"Expected {_kinds(m[1])}, got {_kinds(m[2])}.",
    ),
    (re.compile(r"Invalid enum value"), "INVALID", lambda m: "Not one of the known values."),
    (re.compile(r"matching regex"), "INVALID", lambda m: "Not written in the expected form."),
)


def field_error(path: str, complaint: str) -> FieldError:
    """The complaint of `msgspec.ValidationError` about the field at `path`, which may lie deeper still."""
    text, _, deeper = complaint.partition(" - at `$")
    where = (path + deeper.rstrip("`")).lstrip(".")
    for pattern, code, sentence in _RULES:
        if match := pattern.search(text):
            return FieldError(where, code, sentence(match))
    return FieldError(where, "INVALID", f"{text}.")
