"""Note, change and read grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg

from almoner.crm.commitments.applied import gifts_of
from almoner.crm.commitments.links import gift_ids_of
from almoner.crm.commitments.reading import referred, strange
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.gifts.views import GiftView
from almoner.crm.grants.catalog import GRANTS
from almoner.crm.grants.errors import ReferenceTaken
from almoner.crm.grants.rules import checked
from almoner.crm.grants.views import GrantView, grant_view
from almoner.kernel.errors import Conflict, FieldError, NotFound, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

AWARDS = Table(LOG, "crm.grant_award", key="contact_id")
SORTS = {"id": "id", "duedate": "due_on", "awardedamount": "awarded_minor", "createddatetime": "created_at"}
"""`sortBy` names of a contact's grants and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[GrantView]:
    """Grants in the order of `ids`; unknown ids are left out. The one read of grants. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.grant_award", rows, ids, partial(grant_view, crm_url=crm_url), GrantView)


async def read_grant(tx: Tx, grant_id: int, crm_url: str) -> GrantView:
    """One grant; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [grant_id], crm_url), "grant", grant_id)


async def create_grant(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> GrantView:
    """Note a grant of the fields `said`; `Invalid` names every broken one, or a record that is not there; `ReferenceTaken` when another grant has its reference id."""
    row = checked(said, tx.organization.currency, fields=await fields_of(tx, "Grant"))
    row |= await referred(tx, said)
    with _reference_is_free(row["reference_id"]):
        grant_id = await AWARDS.add(tx, row, now)
    return await read_grant(tx, grant_id, crm_url)


async def replace_grant(
    tx: Tx, grant_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> GrantView:
    """Let a grant be what is `said`, its currency as it is; `Invalid` as for a new one, `NotFound` when there is none with this id."""
    was = found(await _queries.row(tx, id=grant_id), "grant", grant_id)
    row = checked(said, was["currency"], was, fields=await fields_of(tx, "Grant"))
    row |= await referred(tx, said)
    with _reference_is_free(row["reference_id"]):
        await AWARDS.change(tx, grant_id, row, now)
    return await read_grant(tx, grant_id, crm_url)


@contextmanager
def _reference_is_free(reference_id: str | None) -> Iterator[None]:
    """`ReferenceTaken` when another grant has it."""
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise ReferenceTaken(reference_id or "") from None


async def remove_grant(tx: Tx, grant_id: int, now: datetime, crm_url: str) -> None:
    """Delete a grant; `NotFound` when there is none, `Conflict` while a gift pays it."""
    image = await read_grant(tx, grant_id, crm_url)
    if await gift_ids_of(tx, "grant_award", grant_id):
        raise Conflict(f"A gift pays grant {grant_id}: apply it to something else first.")
    await AWARDS.remove(tx, grant_id, now, image)


async def read_grant_by_reference(tx: Tx, reference_id: str, crm_url: str) -> GrantView:
    """The grant with this reference id, as it is written; `NotFound` when there is none."""
    grant_id = await _queries.id_by_reference(tx, reference_id=reference_id.strip())
    if grant_id is None:
        raise NotFound("There is no grant with this reference id.")
    return await read_grant(tx, grant_id, crm_url)


async def broken_in_grant(tx: Tx, said: Mapping[str, Any], record_id: int | None = None) -> list[FieldError]:
    """Everything that keeps a grant, new or this one, from being what is `said`; null stands for what could not be read."""
    was = None if record_id is None else await _queries.row(tx, id=record_id)
    return [
        *refused_by(checked, said, tx.organization.currency, was, fields=await fields_of(tx, "Grant")),
        *await strange(tx, said),
    ]


async def list_contact_grants(tx: Tx, contact_id: int, paging: Paging, crm_url: str) -> Page[GrantView]:
    """A page of one contact's grants and how many there are."""
    tell = partial(records, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, contact_id=contact_id)


async def gifts_of_grant(tx: Tx, grant_id: int, crm_url: str) -> list[GiftView]:
    """The gifts that pay a grant, in the order of their days; `NotFound` when there is no such grant."""
    found(await _queries.row(tx, id=grant_id), "grant", grant_id)
    return await gifts_of(tx, "grant_award", grant_id, crm_url)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The organization's own fields of grants, as parameters of a query."""
    return await parameters_of(tx, "Grant", "k.custom_values")


async def query_grants(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[GrantView]:
    """The grants that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(
        tx, GRANTS, body, window, partial(records, crm_url=crm_url), now, await own_parameters(tx)
    )
