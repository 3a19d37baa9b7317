"""Note, change, read and delete grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import asyncpg

from almoner.crm.commitments.links import gift_ids_of
from almoner.crm.commitments.records import Commitments
from almoner.crm.custom_fields.values import Fields
from almoner.crm.grants.catalog import GRANTS
from almoner.crm.grants.errors import ReferenceTaken
from almoner.crm.grants.rules import checked
from almoner.crm.grants.views import GrantView, grant_view
from almoner.kernel.errors import Conflict, NotFound
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


def _checked(
    said: Mapping[str, Any],
    currency: str,
    _today: date,
    was: Mapping[str, Any] | None = None,
    *,
    fields: Fields,
) -> dict[str, Any]:
    """No field of a grant hangs on the day."""
    return checked(said, currency, was, fields=fields)


AWARDS = Commitments("crm.grant_award", "Grant", _queries, grant_view, _checked, GRANTS)
SORTS = {"id": "id", "duedate": "due_on", "awardedamount": "awarded_minor", "createddatetime": "created_at"}
"""`sortBy` names of a contact's grants and the columns behind them."""


async def create_grant(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> GrantView:
    """Note a grant of the fields `said`; raises as `Commitments.create`, and `ReferenceTaken` when another grant has its reference id."""
    with _reference_is_free(said):
        return await AWARDS.create(tx, said, now, crm_url)


async def replace_grant(
    tx: Tx, grant_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> GrantView:
    """Let a grant be what is `said`; raises as `Commitments.replace`, and `ReferenceTaken`."""
    with _reference_is_free(said):
        return await AWARDS.replace(tx, grant_id, said, now, crm_url)


@contextmanager
def _reference_is_free(said: Mapping[str, Any]) -> Iterator[None]:
    """`ReferenceTaken` when another grant has it."""
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise ReferenceTaken((said["reference_id"] or "").strip()) from None


async def remove_grant(tx: Tx, grant_id: int, now: datetime, crm_url: str) -> None:
    """Delete a grant; `NotFound` when there is none, `Conflict` while a gift pays it."""
    image = await AWARDS.one(tx, grant_id, crm_url)
    if await gift_ids_of(tx, "grant_award", grant_id):
        raise Conflict(f"A gift pays grant {grant_id}: apply it to something else first.")
    await AWARDS.remove(tx, grant_id, now, image)


async def read_grant_by_reference(tx: Tx, reference_id: str, crm_url: str) -> GrantView:
    """The grant with this reference id, as it is written; `NotFound` when there is none."""
    grant_id = await _queries.id_by_reference(tx, reference_id=reference_id.strip())
    if grant_id is None:
        raise NotFound("There is no grant with this reference id.")
    return await AWARDS.one(tx, grant_id, crm_url)
