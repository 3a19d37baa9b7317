"""Note, change and read pledges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.commitments.reading import referred, strange
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.pledges.catalog import PLEDGES
from almoner.crm.pledges.errors import NothingToWriteOff
from almoner.crm.pledges.rules import checked
from almoner.crm.pledges.views import PledgeView, pledge_view
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

PROMISES = Table(LOG, "crm.pledge", key="contact_id")
SORTS = {
    "id": "id",
    "pledgedate": "pledged_on",
    "amountpledged": "pledged_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's pledges (crm-api.md section 5) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[PledgeView]:
    """Pledges in the order of `ids`; unknown ids are left out. The one read of pledges. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.pledge", rows, ids, partial(pledge_view, crm_url=crm_url), PledgeView)


async def read_pledge(tx: Tx, pledge_id: int, crm_url: str) -> PledgeView:
    """One pledge; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [pledge_id], crm_url), "pledge", pledge_id)


async def create_pledge(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> PledgeView:
    """Note a pledge of the fields `said`; `Invalid` names every broken one, or a record that is not there."""
    home = tx.organization
    row = checked(said, home.currency, local_day(now, home.time_zone), fields=await fields_of(tx, "Pledge"))
    row |= await referred(tx, said)
    pledge_id = await PROMISES.add(tx, row, now)
    await _queries.plan(tx, id=pledge_id)
    return await read_pledge(tx, pledge_id, crm_url)


async def replace_pledge(
    tx: Tx, pledge_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> PledgeView:
    """Let a pledge be what is `said`, its currency as it is; `Invalid` as for a new one, `NotFound` when there is none with this id.

    One that was written off and is raised is open again: more is promised than what was given up.
    """
    was = found(await _queries.locked(tx, id=pledge_id), "pledge", pledge_id)
    row = checked(
        said,
        was["currency"],
        local_day(now, tx.organization.time_zone),
        was,
        fields=await fields_of(tx, "Pledge"),
    )
    row |= await referred(tx, said)
    if was["written_off_at"] is not None and row["pledged_minor"] > was["pledged_minor"]:
        row |= {"written_off_at": None, "write_off_reason": None}
    await PROMISES.change(tx, pledge_id, row, now)
    await _queries.plan(tx, id=pledge_id)
    return await read_pledge(tx, pledge_id, crm_url)


async def write_off(tx: Tx, pledge_id: int, reason: str | None, now: datetime, crm_url: str) -> PledgeView:
    """Say that the rest of a pledge will not come; what came stays. `NothingToWriteOff` when nothing is left, `NotFound` without the pledge."""
    found(await _queries.locked(tx, id=pledge_id), "pledge", pledge_id)
    pledge = await read_pledge(tx, pledge_id, crm_url)
    if pledge.status != "Active":
        raise NothingToWriteOff(
            f"Nothing is left of pledge {pledge_id} to write off: it is {pledge.status.lower()}."
        )
    await PROMISES.change(tx, pledge_id, {"written_off_at": now, "write_off_reason": clean(reason)}, now)
    return await read_pledge(tx, pledge_id, crm_url)


async def broken_in_pledge(
    tx: Tx, said: Mapping[str, Any], now: datetime, record_id: int | None = None
) -> list[FieldError]:
    """Everything that keeps a pledge, new or this one, from being what is `said`; null stands for what could not be read."""
    was = None if record_id is None else await _queries.locked(tx, id=record_id)
    home = tx.organization
    wrong = refused_by(
        checked,
        said,
        home.currency,
        local_day(now, home.time_zone),
        was,
        fields=await fields_of(tx, "Pledge"),
    )
    return [*wrong, *await strange(tx, said)]


async def list_contact_pledges(tx: Tx, contact_id: int, paging: Paging, crm_url: str) -> Page[PledgeView]:
    """A page of one contact's pledges and how many there are."""
    tell = partial(records, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, contact_id=contact_id)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The organization's own fields of pledges, as parameters of a query."""
    return await parameters_of(tx, "Pledge", "k.custom_values")


async def query_pledges(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[PledgeView]:
    """The pledges that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(
        tx, PLEDGES, body, window, partial(records, crm_url=crm_url), now, await own_parameters(tx)
    )
