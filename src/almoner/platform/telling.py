"""Rows told as views, one by one: a row that cannot be told hides no other, and a long page keeps nobody waiting.

Constraints keep such rows out; a restore, a repair by hand or a program of another version may leave one all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Any, TypeVar, get_args, get_origin

import asyncpg
import msgspec
from prometheus_client import Counter

from almoner.platform.database import Statement, Tx, in_order
from almoner.platform.logger import Logger, error_facts
from almoner.platform.wire import View

T = TypeVar("T")
R = TypeVar("R")
V = TypeVar("V", bound=View)

Pieces = Mapping[str, Callable[[Any], Any]]
"""What of a view is not its row's column of the same name: by field, made of the row."""

SLICE = 50
"""Rows that are told before others get their turn: a thousand at once would keep every request waiting for 20 ms."""

LOG_SECONDS = 3600.0
"""How long a broken record that was named in the log is not named again: a page that follows one asks for it each second."""
_LOGGED_MAX = 10_000
_logged: dict[tuple[str, int], float] = {}

_LOG = Logger("almoner.records")
_BROKEN = Counter("almoner_broken_records", "Records that could not be told in full.", ("record",))


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be told in full: what it is, its id, and what it lacks, with the column that says so."""

    record: str
    id: int
    column: str
    lack: str


async def read_rows(statement: Statement, tx: Tx, ids: Sequence[int], **parameters: Any) -> list[Any]:
    """The rows that `statement` has for `ids`. In one with a value that Python cannot hold (a day before Christ), it is null.

    Such a row says of itself that it is not whole.
    """
    try:
        rows: list[Any] = await statement(tx, ids=list(ids), **parameters)
    except asyncpg.InterfaceError:
        raise  # a parameter of ours, or a lost connection
    except (ValueError, OverflowError):
        if len(ids) == 1:
            held = await statement.holdable(tx, ids=list(ids), **parameters)
            return [{**row, "is_whole": False} for row in held]
        middle = len(ids) // 2
        parts = [await read_rows(statement, tx, part, **parameters) for part in (ids[:middle], ids[middle:])]
        return [row for part in parts for row in part]
    return rows


async def tell_rows(
    what: str,
    rows: Iterable[Any],
    ids: Sequence[int],
    tell: Callable[[Any], V],
    shape: type[V],
    pieces: Pieces | None = None,
) -> list[V]:
    """Rows of a statement as `tell` makes views of them, in the order of `ids`; those of ids without a row are left out.

    Of a row that it cannot be made of, the view says what the row says under the same name and those `pieces` that can be made
    alone. Such a row, and one
    that says of itself that it is not whole (a column `is_whole`), is logged and counted as a broken `what`.
    """

    def whole(row: Any) -> V:
        view = tell(row)
        if not row.get("is_whole", True):
            note_broken(what, row["id"], kind="NotWhole")
        return view

    found, views = in_order(rows, ids), []
    for start in range(0, len(found), SLICE):
        if start:
            await asyncio.sleep(0)
        part = found[start : start + SLICE]
        views += tell_each(what, part, whole, partial(remains, shape, pieces=pieces), _row_id)
    return views


def tell_each(
    what: str,
    records: Iterable[T],
    tell: Callable[[T], R],
    remains_of: Callable[[T], R],
    id_of: Callable[[T], int],
) -> list[R]:
    """What `tell` makes of each record, or `remains_of` where it fails: then the record is logged and counted as broken."""
    results: list[R] = []
    for record in records:
        try:
            results.append(tell(record))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the others are to be told
            note_broken(what, id_of(record), **error_facts(error))
            results.append(remains_of(record))
    return results


def note_broken(what: str, record_id: int, **facts: Any) -> None:
    """Say in the log that a record is broken, and in which way, once an hour; count it each time."""
    _BROKEN.labels(what).inc()
    now = monotonic()
    if now - _logged.get((what, record_id), -LOG_SECONDS) < LOG_SECONDS:
        return
    if len(_logged) >= _LOGGED_MAX:
        _logged.clear()
    _logged[what, record_id] = now
    _LOG.error("record_broken", record=what, id=record_id, **facts)


def remains(shape: type[V], row: Any, pieces: Pieces | None = None) -> V:
    """What can be told of a broken row or record: what it has under the name of a field of `shape`, and those `pieces` that can be made.

    The rest is null, or empty.
    """
    read = row.get if hasattr(row, "get") else partial(getattr, row)
    made = pieces or {}
    return shape(**{
        name: _value(_piece(made[name], row) if name in made else read(name, None), kind, nothing())
        for name, kind, nothing in _fields(shape)
    })  # fmt: skip


def is_told(view: View) -> bool:
    """Whether a view says all that its shape promises; not so of what `remains` of a broken record."""
    fields = ((getattr(view, name), kind) for name, kind, _ in _fields(type(view)))
    return not any(value is None and not _may_be_null(kind) for value, kind in fields)


def _piece(make: Callable[[Any], Any], row: Any) -> Any:
    try:
        return make(row)
    except Exception:  # noqa: BLE001 - it is the broken one, or made of it
        return None


def _may_be_null(kind: Any) -> bool:
    return type(None) in get_args(kind)


def _value(value: Any, kind: Any, nothing: Any) -> Any:
    try:
        return nothing if value is None else msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return nothing


@cache
def _fields(shape: type[V]) -> list[tuple[str, Any, Callable[[], Any]]]:
    """Each field with its type, and what makes its value when there is none."""
    return [(field.name, field.type, _nothing_of(field)) for field in msgspec.structs.fields(shape)]


def _nothing_of(field: msgspec.structs.FieldInfo) -> Callable[[], Any]:
    if field.default is not msgspec.NODEFAULT:
        return lambda: field.default
    empty: Callable[[], Any] | None = {list: list, dict: dict}.get(get_origin(field.type))
    return empty or (lambda: None)


def _row_id(row: Any) -> int:
    record_id: int = row["id"]
    return record_id
