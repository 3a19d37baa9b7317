"""Read one page of a list: its ids are chosen first, then their records are read as everybody reads them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from almoner.kernel.paging import Page, Paging
from almoner.platform.database.connection import Tx
from almoner.platform.database.queries import Statement

T = TypeVar("T")


async def read_page(
    tx: Tx,
    chosen: Statement,
    paging: Paging,
    records: Callable[[Tx, list[int]], Awaitable[list[T]]],
    *,
    total: int | None = None,
    **filters: object,
) -> Page[T]:
    """The page that `paging` asks for. `chosen` ends in `ORDER BY {order} OFFSET :skip LIMIT :take` and gives ids.

    `records` reads them, in their order. Without `total`, a kept figure, the rows that the `filters` leave are counted.
    """
    rows = await chosen(tx, skip=paging.skip, take=paging.take, order=paging.order, **filters)
    count = await chosen.count(tx, **filters) if total is None else total
    return Page(await records(tx, [row["id"] for row in rows]), count)


def in_order(rows: Iterable[Any], ids: Sequence[int]) -> list[Any]:
    """Rows that have an `id`, in the order of `ids`; those of ids that have no row are left out."""
    by_id = {row["id"]: row for row in rows}
    return [by_id[id_] for id_ in ids if id_ in by_id]
