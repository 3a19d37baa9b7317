"""Read one page of a list: its rows and how many there are on all pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from almoner.kernel.paging import Page, Paging
from almoner.platform.database.connection import Tx
from almoner.platform.database.queries import Statement

T = TypeVar("T")


async def read_page(
    tx: Tx,
    rows: Statement,
    paging: Paging,
    make: Callable[[Any], T],
    *,
    total: int | None = None,
    **filters: object,
) -> Page[T]:
    """The page that `paging` asks for. `rows` ends in `ORDER BY {order} OFFSET :skip LIMIT :take` and gets the `filters`.

    `make` turns a row into what the feature calls it. Without `total`, a kept figure, the rows are counted.
    """
    found = await rows(tx, skip=paging.skip, take=paging.take, order=paging.order, **filters)
    count = await rows.count(tx, **filters) if total is None else total
    return Page([make(row) for row in found], count)
