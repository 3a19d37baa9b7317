"""Note, change and read pledges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.crm.commitments.reading import keep_merges
from almoner.crm.commitments.records import Commitments
from almoner.crm.pledges.catalog import PLEDGES
from almoner.crm.pledges.errors import NothingToWriteOff
from almoner.crm.pledges.rules import checked
from almoner.crm.pledges.views import PledgeView, pledge_view
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

PROMISES = Commitments("crm.pledge", "Pledge", _queries, pledge_view, checked, PLEDGES)
SORTS = {
    "id": "id",
    "pledgedate": "pledged_on",
    "amountpledged": "pledged_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's pledges (crm-api.md section 5) and the columns behind them."""


async def create_pledge(tx: Tx, said: Mapping[str, Any], now: datetime, crm_url: str) -> PledgeView:
    """Note a pledge of the fields `said`; raises as `Commitments.columns`. It is told once it has its payments."""
    await keep_merges(tx)
    pledge_id = await PROMISES.add(tx, await PROMISES.columns(tx, said, now), now)
    return await _planned(tx, pledge_id, crm_url)


async def replace_pledge(
    tx: Tx, pledge_id: int, said: Mapping[str, Any], now: datetime, crm_url: str
) -> PledgeView:
    """Let a pledge be what is `said`, its currency as it is; raises as `Commitments.replace`.

    One that was written off and is raised is open again: more is promised than what was given up.
    """
    await _queries.hold(tx, id=pledge_id)
    was = await PROMISES.row(tx, pledge_id)
    row = await PROMISES.columns(tx, said, now, was)
    if was["written_off_at"] is not None and row["pledged_minor"] > was["pledged_minor"]:
        row |= {"written_off_at": None, "write_off_reason": None}
    await PROMISES.change(tx, pledge_id, row, now)
    return await _planned(tx, pledge_id, crm_url)


async def _planned(tx: Tx, pledge_id: int, crm_url: str) -> PledgeView:
    """The pledge, with the payments that it promises."""
    await _queries.plan(tx, id=pledge_id)
    return await PROMISES.one(tx, pledge_id, crm_url)


async def write_off(tx: Tx, pledge_id: int, reason: str | None, now: datetime, crm_url: str) -> PledgeView:
    """Say that the rest of a pledge will not come; what came stays. `NothingToWriteOff` when nothing is left, `NotFound` without the pledge."""
    await PROMISES.row(tx, pledge_id)
    pledge = await PROMISES.one(tx, pledge_id, crm_url)
    if pledge.status != "Active":
        raise NothingToWriteOff(
            f"Nothing is left of pledge {pledge_id} to write off: it is {pledge.status.lower()}."
        )
    await PROMISES.change(tx, pledge_id, {"written_off_at": now, "write_off_reason": clean(reason)}, now)
    return await PROMISES.one(tx, pledge_id, crm_url)


async def pledge_differences(tx: Tx) -> list[FigureDifference]:
    """Pledges whose payments do not sum to them, at most 100. Reads every pledge."""
    return differences_in(await _queries.differences(tx))
