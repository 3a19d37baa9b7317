"""Read one page of a list: its rows and how many there are on all pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from almoner.kernel.paging import Page, Paging
from almoner.platform.database.connection import Tx
from almoner.platform.database.queries import Statement

T = TypeVar("T")


async def read_page(
    tx: Tx, rows: Statement, count: Statement, paging: Paging, make: Callable[[Any], T], **filters: object
) -> Page[T]:
    """The page that `paging` asks for. `rows` ends in `ORDER BY {order} OFFSET :skip LIMIT :take`; `count` counts the same.

    Both get the organization and the `filters`; `make` turns a row into what the feature calls it.
    """
    found = await rows(
        tx.conn,
        organization_id=tx.organization_id,
        skip=paging.skip,
        take=paging.take,
        order=paging.order,
        **filters,
    )
    total = await count(tx.conn, organization_id=tx.organization_id, **filters)
    return Page([make(row) for row in found], total)
