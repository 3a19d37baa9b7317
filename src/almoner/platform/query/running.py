"""Run a query: how many records it is of, the ids of one page, and where the next begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Generic, TypeVar

import msgspec

from almoner.kernel.clock import local_day, zone
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import SKIP_MAX, Page
from almoner.kernel.text import clean
from almoner.platform.database import Tx
from almoner.platform.query.compiling import Sql, compiled, holds
from almoner.platform.query.conditions import ERRORS_MAX, BadQuery, Group, read_columns, read_groups
from almoner.platform.query.operators import Does
from almoner.platform.query.parameters import NOW, TODAY, Catalog, Parameter
from almoner.platform.query.requests import TAKE_DEFAULT, TAKE_MAX, QueryBody, SelectingBody, Window
from almoner.platform.query.values import Where

T = TypeVar("T")

NEXT_CURSOR = "X-Next-Cursor"
_PLANNED_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
"""What is asked differs from call to call: a plan that was made for others is not theirs."""
SMALL_PAGE = 100
"""Records of a page that are read by the plan for any ids, which costs more to make than they cost to read; of more, by one of their own."""
NEAR_MAX = 5
"""Names that no record has of which it is told what they may mean, of each parameter."""
SORTED_MAX = 10_000
"""Records that are found first and sorted then; of more, an index is walked in the order that is asked for."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A page of a query's records, the cursor of the next, and a name to sort by that nobody knows."""

    page: Page[T]
    next_cursor: str | None
    ignored_sort: str | None


class _Cursor(msgspec.Struct, array_like=True):
    """Where a sweep stands: of which query, behind which id, and how many records it was of at its start."""

    of: str
    behind: int
    total: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query that was read and found good."""

    groups: Sequence[Group]
    sort: str
    descending: bool
    skip: int
    take: int
    cursor: _Cursor | None
    of: str
    now: datetime
    today: date
    text: str | None = None
    """Free text that the records have to be found by."""

    @property
    def read_mode(self) -> str:
        """How plans are made for the read of its page."""
        return "force_generic_plan" if self.take <= SMALL_PAGE else "auto"


async def run_query(
    tx: Tx,
    catalog: Catalog,
    body: QueryBody,
    window: Window,
    records: Callable[[Tx, list[int]], Awaitable[list[T]]],
    now: datetime,
    more: Mapping[str, Parameter] | None = None,
) -> Found[T]:
    """The page that is wanted, its records read by `records`; `more` are the organization's own parameters.

    In the order of ids a next cursor is told: a sweep by it costs the same to its end, and neither skips nor repeats a record
    that stands still. `BadQuery` names everything that is wrong.
    """
    where = Where(local_day(now, tx.organization.time_zone), zone(tx.organization.time_zone))
    asked = _read(catalog, body, window, more or {}, where, now)
    await _refuse_unknown_names(tx, asked.groups)
    await tx.conn.execute(_PLANNED_ANEW)
    total, ids = await _found(tx, catalog, asked)
    page = ids[: asked.take]
    is_by_id = asked.sort == f"{catalog.alias}.id"
    following = _Cursor(asked.of, page[-1], total) if is_by_id and page and len(ids) > asked.take else None
    ignored = body.sort_by if catalog.sort(body.sort_by) is None else None
    cursor = None if following is None else _written(following)
    return Found(Page(await records(tx, page), total), cursor, ignored)


def _read(
    catalog: Catalog,
    body: QueryBody,
    window: Window,
    more: Mapping[str, Parameter],
    where: Where,
    now: datetime,
) -> _Asked:
    skip = _first(window.skip, body.skip, 0)
    take = _first(window.take, body.take, TAKE_DEFAULT)
    errors = [
        FieldError(name, "OUT_OF_RANGE", f"{name} must be between 0 and {most}.")
        for name, most, said in (
            ("skip", SKIP_MAX, (window.skip, body.skip)),
            ("take", TAKE_MAX, (window.take, body.take)),
        )
        if any(value is not None and not 0 <= value <= most for value in said)
    ]
    sort = catalog.sort(body.sort_by) or f"{catalog.alias}.id"
    of = _digest(catalog, body)
    cursor = None if window.cursor is None else _read_cursor(window.cursor, of)
    if window.cursor is not None and (cursor is None or skip or sort != f"{catalog.alias}.id"):
        text = "The cursor is not of this query. Send the X-Next-Cursor of the page before with the same body, without skip."
        errors.append(FieldError("cursor", "INVALID", text))
    if isinstance(body, SelectingBody):
        errors += refused_by(read_columns, body.selected_columns, catalog)
    try:
        groups = read_groups(body.groups, catalog, more, where)
    except BadQuery as bad:
        raise BadQuery(bad.message, fields=(*errors, *bad.fields)) from None
    if errors:
        raise BadQuery("The query is not valid.", fields=tuple(errors))
    found_by = clean(body.filter) if isinstance(body, SelectingBody) else None
    return _Asked(groups, sort, body.descending, skip, take, cursor, of, now, where.today, found_by)


def _first(address: int | None, body: int | None, default: int) -> int:
    return next(value for value in (address, body, default) if value is not None)


async def _refuse_unknown_names(tx: Tx, groups: Sequence[Group]) -> None:
    """`BadQuery` for each name that is asked for and no record has, up to `ERRORS_MAX`: better than an answer of nobody."""
    asked: dict[Parameter, dict[str, str]] = {}
    for condition in (condition for group in groups for condition in group):
        operator = condition.operator
        if condition.parameter.names_record and operator.does is Does.EQUALS and not operator.is_not:
            places = asked.setdefault(condition.parameter, {})
            for word in condition.operands:
                places.setdefault(str(word), condition.at)
    strange = [each for parameter, places in asked.items() for each in await _strange(tx, parameter, places)]
    if strange:
        raise BadQuery("The query is not valid.", fields=tuple(strange[:ERRORS_MAX]))


async def _strange(tx: Tx, parameter: Parameter, places: Mapping[str, str]) -> list[FieldError]:
    """What is told of the names that no record has, first come first; of the first few also what they may mean, which costs a look at all names."""
    near = parameter.near or "''"
    sql = f"""SELECT word, CASE WHEN row_number() OVER (ORDER BY n) <= $4 THEN {near} END AS near
        FROM (SELECT word, n FROM unnest($2::text[]) WITH ORDINALITY AS asked (word, n)
            WHERE NOT ({parameter.names_record}) ORDER BY n LIMIT $3) AS strange ORDER BY n"""  # noqa: S608 - from a catalog
    rows = await tx.conn.fetch(sql, tx.organization_id, list(places), ERRORS_MAX, NEAR_MAX)
    start = f"{parameter.name}: there is none called"
    return [
        FieldError(
            f"{places[row['word']]}.value", "UNKNOWN", f"{start} '{row['word'][:60]}'.{row['near'] or ''}"
        )
        for row in rows
    ]


async def _found(tx: Tx, catalog: Catalog, asked: _Asked) -> tuple[int, list[int]]:
    """How many records a query is of, and the ids of its page and of one record behind it; from then on plans are made as their read wants."""
    total = asked.cursor.total if asked.cursor is not None else await _kept_total(tx, catalog, asked)
    if total is None or total <= SORTED_MAX:
        few, ids = await _few(tx, catalog, asked)
        total = few if total is None else total
        if ids is not None:
            return total, ids
        await tx.conn.execute(_PLANNED_ANEW)
        total = await _counted(tx, catalog, asked) if few > SORTED_MAX and asked.cursor is None else total
    ids = await _walked(tx, catalog, asked) if asked.skip < total or asked.cursor is not None else []
    await tx.conn.execute(f"SET LOCAL plan_cache_mode = {asked.read_mode}")
    return total, ids


async def _kept_total(tx: Tx, catalog: Catalog, asked: _Asked) -> int | None:
    """The number of records from a kept figure, where there is one: of all, or of what one condition says."""
    if asked.text is not None:
        return None
    groups, sql = asked.groups, Sql()
    text = catalog.kept_total if not groups else None
    if len(groups) == 1 and len(groups[0]) == 1:
        (condition,) = groups[0]
        kept = condition.parameter.kept_total
        if kept is not None and condition.operator.does is Does.EQUALS and not condition.operator.is_not:
            text = kept.replace("{condition}", holds(condition, sql))
    return None if text is None else await tx.conn.fetchval(text, tx.organization_id, *sql.args)


async def _few(tx: Tx, catalog: Catalog, asked: _Asked) -> tuple[int, list[int] | None]:
    """How many records there are, up to one more than `SORTED_MAX`, and, when they are no more than that, the ids: found first, then sorted."""
    sql = Sql()
    matching = _matching(catalog, asked, sql)
    direction = " DESC" if asked.descending else ""
    skip, take = sql.arg(asked.skip, "bigint"), sql.arg(asked.take + 1, "bigint")
    text = (
        f"WITH found AS MATERIALIZED (SELECT {catalog.alias}.id, {asked.sort} AS sort FROM {matching} LIMIT {SORTED_MAX + 1})"  # noqa: S608
        f" SELECT (SELECT count(*) FROM found) AS total, ARRAY("
        f"SELECT id FROM found ORDER BY sort{direction}, id{direction} OFFSET {skip} LIMIT {take}) AS ids,"
        f" set_config('plan_cache_mode', '{asked.read_mode}', true)"
    )
    (row,) = await tx.conn.fetch(text, tx.organization_id, *sql.args)
    return row["total"], row["ids"] if row["total"] <= SORTED_MAX else None


async def _counted(tx: Tx, catalog: Catalog, asked: _Asked) -> int:
    sql = Sql()
    text = f"SELECT count(*) FROM {_matching(catalog, asked, sql)}"  # noqa: S608 - from a catalog
    total: int = await tx.conn.fetchval(text, tx.organization_id, *sql.args)
    return total


async def _walked(tx: Tx, catalog: Catalog, asked: _Asked) -> list[int]:
    """The ids of a page of very many records, in whose order they are dense."""
    sql = Sql()
    matching = _matching(catalog, asked, sql)
    direction = " DESC" if asked.descending else ""
    skip, take = sql.arg(asked.skip, "bigint"), sql.arg(asked.take + 1, "bigint")
    beside = "" if asked.sort == f"{catalog.alias}.id" else f", {catalog.alias}.id{direction}"
    text = (
        f"SELECT {catalog.alias}.id FROM {matching}"  # noqa: S608 - from a catalog
        f" ORDER BY {asked.sort}{direction}{beside} OFFSET {skip} LIMIT {take}"
    )
    return [row["id"] for row in await tx.conn.fetch(text, tx.organization_id, *sql.args)]


def _matching(catalog: Catalog, asked: _Asked, sql: Sql) -> str:
    """The table and the condition of the records that are wanted, behind the cursor."""
    wanted = compiled(asked.groups, sql)
    for name, value, type_ in ((NOW, asked.now, "timestamptz"), (TODAY, asked.today, "date")):
        if name in wanted:
            wanted = wanted.replace(name, sql.arg(value, type_))
    parts = [f"{catalog.alias}.organization_id = $1", catalog.only or "true", wanted]
    if asked.text is not None and catalog.found_by_text is not None:
        parts.append(catalog.found_by_text.replace("{value}", sql.arg(asked.text, "text")))
    if asked.cursor is not None:
        sign = "<" if asked.descending else ">"
        parts.append(f"{catalog.alias}.id {sign} {sql.arg(asked.cursor.behind, 'bigint')}")
    return f"{catalog.table} WHERE {' AND '.join(part for part in parts if part != 'true')}"


def _digest(catalog: Catalog, body: QueryBody) -> str:
    """What a query is known by: the same one again has the same, whatever its page."""
    also = [body.filter] if isinstance(body, SelectingBody) else []
    what = msgspec.json.encode([catalog.noun, body.groups, body.sort_by, body.descending, *also])
    return sha256(what).hexdigest()[:12]


def _written(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read_cursor(text: str, of: str) -> _Cursor | None:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(raw, type=_Cursor)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    return cursor if cursor.of == of and -(2**63) <= cursor.behind < 2**63 else None
