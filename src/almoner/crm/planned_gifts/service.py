"""Note, change and read planned gifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.commitments.applied import gifts_of
from almoner.crm.commitments.reading import referred, strange
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.gifts.views import GiftView
from almoner.crm.planned_gifts.catalog import PLANNED_GIFTS
from almoner.crm.planned_gifts.rules import checked
from almoner.crm.planned_gifts.views import PlannedGiftView, planned_gift_view
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

PLANS = Table(LOG, "crm.planned_gift", key="contact_id")
SORTS = {
    "id": "id",
    "plannedgiftdate": "planned_on",
    "anticipatedamount": "anticipated_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's planned gifts and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[PlannedGiftView]:
    """Planned gifts in the order of `ids`; unknown ids are left out. The one read of planned gifts. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows(
        "crm.planned_gift", rows, ids, partial(planned_gift_view, crm_url=crm_url), PlannedGiftView
    )


async def read_planned_gift(tx: Tx, planned_gift_id: int, crm_url: str) -> PlannedGiftView:
    """One planned gift; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [planned_gift_id], crm_url), "planned gift", planned_gift_id)


async def create_planned_gift(
    tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str
) -> PlannedGiftView:
    """Note a planned gift of the fields `said`; `Invalid` names every broken one, or a record that is not there."""
    home = tx.organization
    row = checked(
        said, home.currency, local_day(now, home.time_zone), fields=await fields_of(tx, "PlannedGift")
    )
    row |= await referred(tx, said)
    return await read_planned_gift(tx, await PLANS.add(tx, row, now), crm_url)


async def replace_planned_gift(
    tx: Tx, planned_gift_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> PlannedGiftView:
    """Let a planned gift be what is `said`, its currency as it is; `Invalid` as for a new one, `NotFound` when there is none with this id."""
    was = found(await _queries.row(tx, id=planned_gift_id), "planned gift", planned_gift_id)
    row = checked(
        said,
        was["currency"],
        local_day(now, tx.organization.time_zone),
        was,
        fields=await fields_of(tx, "PlannedGift"),
    )
    row |= await referred(tx, said)
    await PLANS.change(tx, planned_gift_id, row, now)
    return await read_planned_gift(tx, planned_gift_id, crm_url)


async def broken_in_planned_gift(
    tx: Tx, said: Mapping[str, Any], now: datetime, record_id: int | None = None
) -> list[FieldError]:
    """Everything that keeps a planned gift, new or this one, from being what is `said`; null stands for what could not be read."""
    was = None if record_id is None else await _queries.row(tx, id=record_id)
    home = tx.organization
    wrong = refused_by(
        checked,
        said,
        home.currency,
        local_day(now, home.time_zone),
        was,
        fields=await fields_of(tx, "PlannedGift"),
    )
    return [*wrong, *await strange(tx, said)]


async def list_contact_planned_gifts(
    tx: Tx, contact_id: int, paging: Paging, crm_url: str
) -> Page[PlannedGiftView]:
    """A page of one contact's planned gifts and how many there are."""
    tell = partial(records, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, contact_id=contact_id)


async def gifts_of_plan(tx: Tx, planned_gift_id: int, crm_url: str) -> list[GiftView]:
    """The gifts that came of a planned gift, in the order of their days; `NotFound` when there is no such planned gift."""
    found(await _queries.row(tx, id=planned_gift_id), "planned gift", planned_gift_id)
    return await gifts_of(tx, "planned_gift", planned_gift_id, crm_url)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The organization's own fields of planned gifts, as parameters of a query."""
    return await parameters_of(tx, "PlannedGift", "k.custom_values")


async def query_planned_gifts(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[PlannedGiftView]:
    """The planned gifts that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(
        tx, PLANNED_GIFTS, body, window, partial(records, crm_url=crm_url), now, await own_parameters(tx)
    )
