"""Rows told as views, one by one: a row that cannot be told hides no other, and a long page keeps nobody waiting.

Constraints keep such rows out; a restore, a repair by hand or a program of another version may leave one all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar, get_origin

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter

from almoner.platform.database import Statement, Tx, in_order
from almoner.platform.logs import error_facts
from almoner.platform.wire import View

T = TypeVar("T")
R = TypeVar("R")
V = TypeVar("V", bound=View)

SLICE = 50
"""Rows that are told before others get their turn: a thousand at once would keep every request waiting for 20 ms."""

_LOG = structlog.get_logger("almoner.records")
_BROKEN = Counter("almoner_broken_records", "Records that could not be told in full.", ("record",))


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be told in full: what it is, its id, and what it lacks."""

    record: str
    id: int
    lack: str


async def read_rows(statement: Statement, tx: Tx, ids: Sequence[int], **parameters: Any) -> list[Any]:
    """The rows that `statement` has for `ids`. Of one with a value that Python cannot hold (a day before Christ), the id alone."""
    try:
        rows: list[Any] = await statement(tx, ids=list(ids), **parameters)
    except asyncpg.InterfaceError:
        raise  # a parameter of ours, or a lost connection
    except (ValueError, OverflowError):
        if len(ids) == 1:
            return [{"id": ids[0]}]
        middle = len(ids) // 2
        parts = [await read_rows(statement, tx, part, **parameters) for part in (ids[:middle], ids[middle:])]
        return [row for part in parts for row in part]
    return rows


async def tell_rows(
    what: str, rows: Iterable[Any], ids: Sequence[int], tell: Callable[[Any], V], shape: type[V]
) -> list[V]:
    """Rows of a statement as `tell` makes views of them, in the order of `ids`; those of ids without a row are left out.

    Of a row that it cannot be made of, the view says what the row says under the same name and nothing else. Such a row, and one
    that says of itself that it is not whole (a column `is_whole`), is logged and counted as a broken `what`.
    """
    found, views = in_order(rows, ids), []
    for start in range(0, len(found), SLICE):
        if start:
            await asyncio.sleep(0)
        part = found[start : start + SLICE]
        views += tell_each(what, part, tell, partial(remains, shape), _row_id)
        for row in part:
            if not row.get("is_whole", True):
                note_broken(what, row["id"], kind="NotWhole")
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
    """Say in the log that a record is broken, and in which way, and count it."""
    _BROKEN.labels(what).inc()
    _LOG.error("record_broken", record=what, id=record_id, **facts)


def remains(shape: type[V], row: Any) -> V:
    """What can be told of a broken row or record: what it has under the name of a field of `shape`; null, or empty, for the rest."""
    read = row.get if hasattr(row, "get") else partial(getattr, row)
    return shape(
        **{name: _value(read(name, None), kind, nothing()) for name, kind, nothing in _fields(shape)}
    )


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
