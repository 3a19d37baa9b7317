"""Queries over HTTP: one decorator for the operation, one function for its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from almoner.kernel.clock import Clock, local_day, zone
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import Page
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, Request, WithHeaders
from almoner.platform.http.judging import Judge
from almoner.platform.http.route import Declare, ask
from almoner.platform.query.conditions import BadQuery, read_columns, read_groups
from almoner.platform.query.parameters import Catalog, Parameter
from almoner.platform.query.requests import GroupBody, QueryBody, SelectingBody, Window
from almoner.platform.query.running import NEXT_CURSOR, Found, run_query
from almoner.platform.query.values import Where

T = TypeVar("T")
V = TypeVar("V")
P = TypeVar("P")

_NEXT = "What to send as `cursor` for the next page, where there is one and the order is that of ids."


More: TypeAlias = Callable[[Tx], Awaitable[Mapping[str, Parameter]]]
"""What reads the organization's own parameters."""


def query(
    path: str, scope: str, catalog: Catalog, more: More | None = None, body: type[QueryBody] = QueryBody
) -> Declare:
    """Declare a query over the records of `catalog`; `more` reads the organization's own parameters, `body` is what the handler takes."""
    return ask(
        path,
        scope,
        raises=(BadQuery,),
        response_headers={NEXT_CURSOR: _NEXT},
        judge=_judge(catalog, more, body),
    )


def search(path: str, scope: str) -> Declare:
    """Declare a search by text. What it looks for cannot be wrong; its page can."""
    return ask(path, scope, response_headers={NEXT_CURSOR: _NEXT}, raises=(BadQuery,), judge=_nothing)


async def _nothing() -> tuple[FieldError, ...]:
    """Whatever is looked for is fine."""
    return ()


def answered(
    request: Request, found: Found[T], page_of: Callable[[Page[V]], P], tell: Callable[[T], V]
) -> WithHeaders[P]:
    """The answer to a query: a page of its records, each as `tell` tells it, and where the next page begins."""
    if found.ignored_sort is not None:
        request.ignored.fields.append(f"sortBy={found.ignored_sort}")
    page = page_of(Page([tell(item) for item in found.page.items], found.page.total))
    return WithHeaders(page, {} if found.next_cursor is None else {NEXT_CURSOR: found.next_cursor})


async def filtered(
    tx: Tx,
    catalog: Catalog,
    text: str,
    page: PageQuery,
    records: Callable[[Tx, list[int]], Awaitable[list[T]]],
    now: datetime,
    groups: list[GroupBody] | None = None,
) -> Page[T]:
    """A page of a list, of the records that a free text finds and of which one of `groups` holds. `Invalid` as `PageQuery.checked`."""
    asked = page.checked()
    body = SelectingBody(groups=groups, filter=text, sort_by=page.sort_by or None, descending=page.descending)
    window = Window(skip=asked.skip, take=asked.take)
    return (await run_query(tx, catalog, body, window, records, now)).page


def _judge(catalog: Catalog, more: More | None, body: type[QueryBody]) -> Judge:
    async def broken_in_query(tx: Tx, data: QueryBody, clock: Clock) -> tuple[FieldError, ...]:
        home = tx.organization.time_zone
        where = Where(local_day(clock.now(), home), zone(home))
        own = {} if more is None else await more(tx)
        columns = data.selected_columns if isinstance(data, SelectingBody) else None
        refused = refused_by(read_columns, columns, catalog)
        return (*refused_by(read_groups, data.groups, catalog, own, where), *refused)

    broken_in_query.__annotations__["data"] = body
    return broken_in_query
