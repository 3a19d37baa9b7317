"""Make, read, change and delete premiums; raise their stock. Gifts lower it (giving/give/premiums.sql)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.giving.coded import code_once
from almoner.giving.events import LOG
from almoner.giving.premiums.requests import COUNT_MAX
from almoner.giving.premiums.rules import checked
from almoner.giving.premiums.views import PremiumView, premium_view
from almoner.kernel.errors import FieldError, Invalid, found, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records

_queries = load_queries(__file__)

PREMIUMS = Records(LOG, "giving.premium", premium_view)
SORTS = {
    "id": "id",
    "name": "name",
    "code": "code",
    "inventorycount": "inventory_count",
    "createddatetime": "created_at",
}


async def create_premium(tx: Tx, said: Mapping[str, Any], now: datetime) -> PremiumView:
    """Make a premium of the fields `said`, whose stock nobody counts unless it is said; `Invalid` names every broken field, `CodeTaken` a code in use."""
    currency = tx.organization.currency
    row = {"inventory_count": None, "currency": currency, **checked(said, currency)}
    with code_once("premium", row):
        return await PREMIUMS.make(tx, row, now)


async def replace_premium(tx: Tx, premium_id: int, said: Mapping[str, Any], now: datetime) -> PremiumView:
    """Let a premium be as it is `said`; its stock stays when nothing is said of it. `NotFound` without it, and as `create_premium`."""
    currency = found(await _queries.currency_of(tx, id=premium_id), "premium", premium_id)
    row = checked(said, currency)
    with code_once("premium", row):
        return await PREMIUMS.replace(tx, premium_id, row, now)


async def raise_stock(tx: Tx, premium_id: int, by: int, now: datetime) -> PremiumView:
    """A premium of which there are so many more, beside gifts that take them; one that was not counted is counted from now on.

    `NotFound` without it; `Invalid` when there would be more than there can be.
    """
    row = found(await _queries.stock_for_update(tx, id=premium_id), "premium", premium_id)
    count = (row["inventory_count"] or 0) + by
    if count > COUNT_MAX:
        raise Invalid.field("incrementor", "OUT_OF_RANGE", f"There can be {COUNT_MAX} at most.")
    return await PREMIUMS.replace(tx, premium_id, {"inventory_count": count}, now)


async def broken(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that a premium refuses; null stands for what could not be read."""
    return refused_by(checked, said, tx.organization.currency)


async def list_premiums(tx: Tx, paging: Paging, filter_: str | None) -> Page[PremiumView]:
    """A page of premiums, of those that hold `filter_`, and how many there are."""
    return await PREMIUMS.page(tx, _queries.chosen, paging, filter=clean(filter_))
