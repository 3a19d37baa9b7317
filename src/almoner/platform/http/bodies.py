"""Request bodies: JSON to typed structs, exactly and tolerantly, with every broken field named at once.

A body that is written as documented is decoded in one pass by a typed decoder. Anything else, from a key in
another case to a wrong type, is read a second time, slowly, by `leniency`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec

from almoner.kernel.errors import BadRequest
from almoner.platform.http.leniency import read_leniently
from almoner.platform.http.repeated import says_twice

T = TypeVar("T")

PIECES_MAX = 50_000
"""Objects and lists of a body: of so many, small as they are, the reading would keep all others waiting."""

_FOLD = bytes.maketrans(b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"000000000abcdefghijklmnopqrstuvwxyz")
_BEYOND_BIGINT = b"0" * 19
_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
# Each stops at the first letter that no number has: linear, whatever is sent.
_IN_NUMBER = re.compile(rb'_[\s0-9_.eE+"-]')
_UNDERSCORED = re.compile(rb'"[\s0-9.eE+-]*_[\s0-9_.eE+-]*"')
_LIKE_NUMBER = re.compile(r'"[\s\d_.eE+-]+"')
_ESCAPED = re.compile(rb'"(?:[\s0-9_.eE+-]|\\u[0-9a-fA-F]{4})+"')
_BLANK = re.compile(rb'"\s*"')
_NOT_FINITE = re.compile(rb'"\s*[+-]?(?:s?nan\d*|inf(?:inity)?)\s*"', re.IGNORECASE)


def decode_body(
    raw: bytes, shape: Callable[..., T], ignored: list[str] | None = None, told: frozenset[str] = frozenset()
) -> T:
    """The JSON text `raw` as an instance of `shape` (a Body, or any type msgspec knows).

    Keys match in any case, unknown keys are dropped and their paths added to `ignored`, but for those at the paths of what was `told`
    (`leniency.paths_told`), numbers and booleans may be strings; a number for a Decimal is exact. Raises `BadRequest` when it cannot be read as JSON
    or holds more than `PIECES_MAX` objects and lists, `Unread` with all broken fields otherwise; of very many `Invalid` with the first.
    """
    if raw.count(b"{") + raw.count(b"[") > PIECES_MAX:
        raise BadRequest(f"The body has more than {PIECES_MAX} objects and lists.")
    if not _suspicious(raw) and not (_BLANK.search(raw) and _is_form(shape)):
        try:
            value: T = _decoder(shape).decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            return value
    lenient: T = read_leniently(raw, shape, [] if ignored is None else ignored, told)
    return lenient


def names_in(raw: bytes) -> list[str]:
    """The fields of a JSON object that came where no body is read: all that it says is passed by."""
    if not raw.lstrip().startswith(b"{"):
        return []
    try:
        return list(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


@cache
def _is_form(shape: Any) -> bool:
    """Whether blanks say nothing in the fields of this shape, or of the elements of this list (`FormBody`)."""
    inner = get_args(shape)
    return getattr(shape, "is_form", False) or (bool(inner) and _is_form(inner[0]))


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, float_hook=Decimal)


def _suspicious(raw: bytes) -> bool:
    """Whether the text may hold what the typed decoder lets pass and the database or money does not.

    NUL and surrogate escapes, integers beyond 64 bits, NaN or infinity written as strings, numbers in other digits than ASCII's or
    with underscores, and one key twice in an object.
    """
    if b"\\u" in raw and (_UNSTORABLE.search(raw) or any(b"u" in text for text in _ESCAPED.findall(raw))):
        return True
    if not raw.isascii() and not all(map(str.isascii, _LIKE_NUMBER.findall(raw.decode(errors="replace")))):
        return True
    if _IN_NUMBER.search(raw) and _UNDERSCORED.search(raw):
        return True
    if says_twice(raw):
        return True
    folded = raw.translate(_FOLD)
    if _BEYOND_BIGINT in folded:
        return True
    return (b"nan" in folded or b"inf" in folded) and _NOT_FINITE.search(raw) is not None
