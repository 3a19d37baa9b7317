"""Read gifts."""

from __future__ import annotations

import msgspec

from almoner.crm.gifts.rules import Designation, Gift, GiftSummary, Origin
from almoner.kernel.errors import NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {
    "id": "id",
    "giftdate": "gift_on",
    "amount": "amount_minor",
    "batch": "batch",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's gifts (crm-api.md section 5) and the columns behind them."""


async def read_gift(tx: Tx, gift_id: int) -> Gift:
    """One gift; `NotFound` when this organization has none with this id."""
    row = await _queries.find_gift(tx, id=gift_id)
    if row is None:
        raise NotFound(f"There is no gift {gift_id}.")
    parts = await _queries.designations(tx, gift_id=gift_id)
    values = dict(row)
    origin = values.pop("origin")
    return Gift(
        **values,
        origin=None if origin is None else msgspec.json.decode(origin, type=Origin),
        designations=tuple(Designation(**part) for part in parts),
    )


async def read_gift_by_source(tx: Tx, source: str, transaction_id: str) -> Gift:
    """The gift with this key in the system it came from; `NotFound` when there is none."""
    gift_id = await _queries.gift_id_by_source(tx, source=source, transaction_id=transaction_id)
    if gift_id is None:
        raise NotFound("There is no gift with this transaction source and id.")
    return await read_gift(tx, gift_id)


async def list_contact_gifts(tx: Tx, contact_id: int, paging: Paging) -> Page[GiftSummary]:
    """A page of one contact's gifts and how many there are; empty for an unknown contact."""
    return await read_page(
        tx,
        _queries.list_by_contact,
        paging,
        lambda row: GiftSummary(**row),
        contact_id=contact_id,
    )


async def totals(tx: Tx) -> dict[str, tuple[int, int]]:
    """By currency: how many gifts and their sum in minor units. Kept, not counted."""
    rows = await _queries.totals(tx)
    return {row["currency"]: (row["gifts"], row["minor"]) for row in rows}


async def tally_differences(tx: Tx) -> list[FigureDifference]:
    """Each currency whose kept number of gifts and sum are not those of its gifts; empty when all are. Reads every gift."""
    return differences_in(await _queries.tally_differences(tx))
