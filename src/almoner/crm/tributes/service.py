"""Make, change and find tributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.events import LOG
from almoner.crm.tributes.rules import checked, read_type
from almoner.crm.tributes.views import TributeView, tribute_view
from almoner.kernel.errors import FieldError, Invalid, NotFound, only, refused_by
from almoner.kernel.text import clean, fold
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

TRIBUTES = Table(LOG, "crm.tribute")
INDIVIDUALS = {
    "contactIndividualId": "contact_individual_id",
    "defaultAcknowledgeeIndividualId": "default_acknowledgee_individual_id",
}


async def records(tx: Tx, ids: Sequence[int], crm_url: str = "") -> list[TributeView]:
    """Tributes in the order of `ids`; unknown ids are left out. The one read of tributes. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.tribute", rows, ids, partial(tribute_view, crm_url=crm_url), TributeView)


async def read_tribute(tx: Tx, tribute_id: int, crm_url: str) -> TributeView:
    """One tribute; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [tribute_id], crm_url), "tribute", tribute_id)


async def create_tribute(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> TributeView:
    """Make a tribute of the fields `said`; `Invalid` names every broken one. Without names it has those of its individual."""
    row = await _named(tx, said)
    return await read_tribute(tx, await TRIBUTES.add(tx, row, now), crm_url)


async def replace_tribute(
    tx: Tx, tribute_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> TributeView:
    """Let a tribute be as it is `said`; `NotFound` without it, and as `create_tribute`."""
    row = await _named(tx, said)
    if not await records(tx, [tribute_id]):
        raise NotFound(f"There is no tribute {tribute_id}.")
    await TRIBUTES.change(tx, tribute_id, row, now)
    return await read_tribute(tx, tribute_id, crm_url)


async def broken_in_tribute(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that a tribute of the fields `said` is refused for; null stands for what could not be read."""
    named = {field: said.get(column) for field, column in INDIVIDUALS.items()}
    return [*refused_by(checked, said), *await unknown(tx, "crm.contact_individual", named)]


async def search_tributes(
    tx: Tx, search: Mapping[str, str | None], window: tuple[int, int], crm_url: str
) -> list[TributeView]:
    """Tributes by what is said in `search`: `words` of the name in any order, how the city begins, state and type.

    All in whatever case; by name, `window` of them (how many to skip and to take). `Invalid` names a type that there is none of.
    """
    errors: list[FieldError] = []
    wanted = {name: fold(text) if (text := clean(said)) else None for name, said in search.items()}
    wanted["tribute_type"] = read_type("tributeType", search["tribute_type"], errors)
    if errors:
        raise Invalid(errors[0].message, fields=tuple(errors))
    words = (wanted.pop("words") or "").split()
    rows = await _queries.searched(tx, **wanted, words=words, skip=window[0], take=window[1])
    return await records(tx, [row["id"] for row in rows], crm_url)


async def _named(tx: Tx, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a tribute; of one that names nobody, with the names of its individual."""
    if broken := await broken_in_tribute(tx, said):
        raise Invalid("The tribute is not valid.", fields=tuple(broken))
    row = checked(said)
    individual_id = row.get("contact_individual_id")
    if individual_id is not None and row["first_name"] is None and row["last_name"] is None:
        row |= dict(await _queries.name_of(tx, id=individual_id))
    return row
