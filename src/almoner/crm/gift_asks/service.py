"""Note, change and read gift asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.commitments.applied import gifts_of
from almoner.crm.commitments.reading import referred, strange
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.gift_asks.catalog import GIFT_ASKS
from almoner.crm.gift_asks.rules import checked
from almoner.crm.gift_asks.views import GiftAskView, gift_ask_view
from almoner.crm.gifts.views import GiftView
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

ASKS = Table(LOG, "crm.gift_ask", key="contact_id")
SORTS = {"id": "id", "askdate": "asked_on", "askamount": "ask_minor", "createddatetime": "created_at"}
"""`sortBy` names of a contact's asks and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[GiftAskView]:
    """Asks in the order of `ids`; unknown ids are left out. The one read of asks. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.gift_ask", rows, ids, partial(gift_ask_view, crm_url=crm_url), GiftAskView)


async def read_gift_ask(tx: Tx, ask_id: int, crm_url: str) -> GiftAskView:
    """One ask; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [ask_id], crm_url), "gift ask", ask_id)


async def create_gift_ask(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> GiftAskView:
    """Note an ask of the fields `said`; `Invalid` names every broken one, or a record that is not there."""
    home = tx.organization
    row = checked(said, home.currency, local_day(now, home.time_zone), fields=await fields_of(tx, "GiftAsk"))
    row |= await referred(tx, said)
    return await read_gift_ask(tx, await ASKS.add(tx, row, now), crm_url)


async def replace_gift_ask(
    tx: Tx, ask_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> GiftAskView:
    """Let an ask be what is `said`, its currency as it is; `Invalid` as for a new one, `NotFound` when there is none with this id."""
    was = found(await _queries.row(tx, id=ask_id), "gift ask", ask_id)
    row = checked(
        said,
        was["currency"],
        local_day(now, tx.organization.time_zone),
        was,
        fields=await fields_of(tx, "GiftAsk"),
    )
    row |= await referred(tx, said)
    await ASKS.change(tx, ask_id, row, now)
    return await read_gift_ask(tx, ask_id, crm_url)


async def broken_in_gift_ask(
    tx: Tx, said: Mapping[str, Any], now: datetime, record_id: int | None = None
) -> list[FieldError]:
    """Everything that keeps an ask, new or this one, from being what is `said`; null stands for what could not be read."""
    was = None if record_id is None else await _queries.row(tx, id=record_id)
    home = tx.organization
    wrong = refused_by(
        checked,
        said,
        home.currency,
        local_day(now, home.time_zone),
        was,
        fields=await fields_of(tx, "GiftAsk"),
    )
    return [*wrong, *await strange(tx, said)]


async def list_contact_gift_asks(tx: Tx, contact_id: int, paging: Paging, crm_url: str) -> Page[GiftAskView]:
    """A page of one contact's asks and how many there are."""
    tell = partial(records, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, contact_id=contact_id)


async def gifts_of_ask(tx: Tx, ask_id: int, crm_url: str) -> list[GiftView]:
    """The gifts that answer an ask, in the order of their days; `NotFound` when there is no such ask."""
    found(await _queries.row(tx, id=ask_id), "gift ask", ask_id)
    return await gifts_of(tx, "gift_ask", ask_id, crm_url)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The organization's own fields of gift asks, as parameters of a query."""
    return await parameters_of(tx, "GiftAsk", "k.custom_values")


async def query_gift_asks(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[GiftAskView]:
    """The asks that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(
        tx, GIFT_ASKS, body, window, partial(records, crm_url=crm_url), now, await own_parameters(tx)
    )
