"""Make and read communications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.communications.catalog import COMMUNICATIONS
from almoner.crm.communications.rules import CHANNELS, TYPES, read
from almoner.crm.communications.views import CommunicationView, communication_view
from almoner.crm.events import LOG
from almoner.kernel.errors import FieldError, Invalid, only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, QueryBody, Window, run_query
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

TABLE = Table(LOG, "crm.communication")
SORTS = {"id": "id", "name": "name", "createddatetime": "created_at"}
"""`sortBy` names of a campaign's communications (crm-api.md section 5) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int]) -> list[CommunicationView]:
    """Communications in the order of `ids`; unknown ids are left out. The one read of communications."""
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(communication_view, currency=tx.organization.currency)
    return await tell_rows("crm.communication", rows, ids, tell, CommunicationView)


async def create_communication(tx: Tx, said: Mapping[str, Any], now: datetime) -> CommunicationView:
    """Make a communication of the fields `said`; `Invalid` names every broken one, or a campaign that is not there."""
    row, errors = await _read(tx, said)
    if errors:
        raise Invalid("The communication is not valid.", fields=tuple(errors))
    return await read_communication(tx, await TABLE.add(tx, row, now))


async def broken_in_new(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps `create_communication` from it; null stands for what could not be read."""
    return (await _read(tx, said))[1]


async def read_communication(tx: Tx, communication_id: int) -> CommunicationView:
    """One communication; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [communication_id]), "communication", communication_id)


async def list_communications(tx: Tx, campaign_id: int, paging: Paging, text: str) -> Page[CommunicationView]:
    """A page of a campaign's communications, of those whose name holds `text`, and how many there are; none of a campaign that there is not."""
    chosen = _queries.chosen_of_campaign
    return await read_page(tx, chosen, paging, records, campaign_id=campaign_id, filter=text)


async def query_communications(
    tx: Tx, body: QueryBody, window: Window, now: datetime
) -> Found[CommunicationView]:
    """The communications that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(tx, COMMUNICATIONS, body, window, records, now)


async def channel_types(tx: Tx) -> list[str]:
    """The channels that there are, in the order of the alphabet: those that all have and the organization's own."""
    return (await _words(tx))[0]


async def communication_types(tx: Tx) -> list[str]:
    """The kinds of communications that there are, as `channel_types`."""
    return (await _words(tx))[1]


async def _words(tx: Tx) -> tuple[list[str], list[str]]:
    rows = await _queries.words(tx)
    return (
        _with_own(CHANNELS, (row["channel_type"] for row in rows)),
        _with_own(TYPES, (row["communication_type"] for row in rows)),
    )


def _with_own(known: Sequence[str], own: Iterable[str | None]) -> list[str]:
    return sorted({*known, *(word for word in own if word is not None)})


async def _read(tx: Tx, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    campaign_id = said.get("campaign_id")
    errors = await unknown(tx, "crm.campaign", {"campaignId": campaign_id})
    steps = None if campaign_id is None else await _queries.steps(tx, id=campaign_id)
    home = tx.organization
    row = read(said, steps, *await _words(tx), home.currency, home.time_zone, errors)
    return {"campaign_id": campaign_id, **row}, errors
