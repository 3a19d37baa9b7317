"""Read gifts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from almoner.giving.gifts.rules import Gift, GiftFacts
from almoner.kernel.errors import NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {"id": "id", "amount": "amount_minor", "date": "gift_on", "donorname": "donor_id", "status": "status"}
"""`SortBy` names of the gift list (raise-api.md 1.1) and the columns behind them."""


async def read_gift(tx: Tx, gift_id: int) -> Gift:
    """One gift; `NotFound` when this organization has none with this id."""
    row = await _queries.gift_by_id(tx, id=gift_id)
    if row is None:
        raise NotFound(f"There is no gift {gift_id}.")
    return _gift(row)


async def list_gifts(tx: Tx, paging: Paging, *, donor_id: int | None = None) -> Page[Gift]:
    """A page of gifts, of one donor or of all, and how many there are."""
    total = await _queries.count_gifts(tx, donor_id=donor_id)
    return await read_page(tx, _queries.list_gifts, paging, _gift, total=total, donor_id=donor_id)


async def gift_facts(tx: Tx, gift_ids: Sequence[int]) -> dict[int, GiftFacts]:
    """Facts of gifts by id; unknown ids are left out."""
    rows = await _queries.gift_facts(tx, ids=list(gift_ids))
    return {row["id"]: GiftFacts(**row) for row in rows}


async def totals(tx: Tx) -> dict[str, tuple[int, int]]:
    """By currency: how many gifts and their sum in minor units. Kept, not counted."""
    rows = await _queries.totals(tx)
    return {row["currency"]: (row["gifts"], row["minor"]) for row in rows}


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of giving that is not what its gifts add up to; empty when all are. Reads every gift and donor.

    Of a campaign (0: none) and currency: gifts, their sum, those not in test mode, their sum, their donors.
    """
    return differences_in(await _queries.figure_differences(tx))


async def recent_gifts(tx: Tx, take: int) -> list[dict[str, Any]]:
    """The newest gifts, newest first: id, donor, money, time, campaign and project names."""
    return [dict(row) for row in await _queries.recent_gifts(tx, take=take)]


def _gift(row: Any) -> Gift:
    values = dict(row)
    for name in ("project_ids", "project_minor", "project_names"):
        values[name] = tuple(values[name])
    return Gift(**values)
