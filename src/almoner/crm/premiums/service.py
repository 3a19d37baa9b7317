"""Make, change and find premiums; move their stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.custom_fields.views import TOLD
from almoner.crm.events import LOG
from almoner.crm.premiums.catalog import PREMIUMS
from almoner.crm.premiums.errors import PremiumCodeTaken
from almoner.crm.premiums.requests import COUNT_MAX
from almoner.crm.premiums.rules import checked
from almoner.crm.premiums.views import PremiumView, premium_view
from almoner.kernel.errors import FieldError, Invalid, NotFound, found, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import ConditionBody, Found, GroupBody, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Records

_queries = load_queries(__file__)

STOCK = Records(LOG, "crm.premium", premium_view, told=TOLD)
SORTS = {"id": "id", "name": "name", "code": "code", "createddatetime": "created_at"}


async def create_premium(tx: Tx, said: Mapping[str, Any], now: datetime) -> PremiumView:
    """Make a premium of the fields `said`; `Invalid` names every broken one, `PremiumCodeTaken` a code in use."""
    currency = tx.organization.currency
    fields = await fields_of(tx, "Premium")
    row = {"inventory_count": 0, "currency": currency, **checked(said, currency, fields)}
    try:
        return await STOCK.make(tx, row, now)
    except asyncpg.UniqueViolationError:
        raise PremiumCodeTaken(row["code"]) from None


async def replace_premium(tx: Tx, premium_id: int, said: Mapping[str, Any], now: datetime) -> PremiumView:
    """Let a premium be as it is `said`; its stock stays when nothing is said of it. `NotFound` without it, and as `create_premium`."""
    was = found(await _queries.before(tx, id=premium_id), "premium", premium_id)
    row = checked(said, was["currency"], await fields_of(tx, "Premium"), was["custom_values"])
    try:
        return await STOCK.replace(tx, premium_id, row, now)
    except asyncpg.UniqueViolationError:
        raise PremiumCodeTaken(row["code"]) from None


async def broken_in_premium(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that a premium refuses; null stands for what could not be read."""
    return refused_by(checked, said, tx.organization.currency, await fields_of(tx, "Premium"))


async def read_premium_by_code(tx: Tx, code: str) -> PremiumView:
    """The premium with this code, in whatever case; `NotFound` when there is none."""
    premium_id = await _queries.id_by_code(tx, code_key=fold_code(code))
    if premium_id is None:
        raise NotFound("There is no premium with this code.")
    return await STOCK.one(tx, premium_id)


async def list_premiums(tx: Tx, paging: Paging) -> Page[PremiumView]:
    """A page of premiums and how many there are."""
    return await STOCK.page(tx, _queries.chosen, paging)


async def move_stock(tx: Tx, premium_id: int, by: int, field: str, now: datetime) -> PremiumView:
    """A premium of which there are so many more, or fewer, than there were; whoever moves it at the same moment, both count.

    `NotFound` without it. `Invalid` names `field` when by hand more would be taken than there are: what gifts were promised may go below
    zero, what is on the shelf cannot.
    """
    has = found(await _queries.stock_for_update(tx, id=premium_id), "premium", premium_id)
    if by < 0 and has + by < 0:
        raise Invalid.field(field, "OUT_OF_RANGE", f"There are {has}: no more can be taken.")
    if has + by > COUNT_MAX:
        raise Invalid.field(field, "OUT_OF_RANGE", f"There can be {COUNT_MAX} at most.")
    return await STOCK.replace(tx, premium_id, {"inventory_count": has + by}, now)


async def query_premiums(tx: Tx, body: QueryBody, window: Window, now: datetime) -> Found[PremiumView]:
    """The premiums that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(tx, PREMIUMS, body, window, STOCK.read, now, await own_parameters(tx))


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """What can be asked of the organization's own fields of premiums."""
    return await parameters_of(tx, "Premium", "p.custom_values")


async def search_premiums(tx: Tx, text: str, window: Window, now: datetime) -> Found[PremiumView]:
    """Premiums whose name, code or description holds `text`, in whatever case, in the order of names."""
    groups = [
        GroupBody(conditions=[ConditionBody(parameter=name, operator="Contains", value=text)])
        for name in ("Premium Name", "Premium Code", "Description")
    ]
    looked_for = groups if clean(text) else []
    return await query_premiums(tx, QueryBody(groups=looked_for, sort_by="Name"), window, now)
