"""A further kind of record flows by a file of its own: what notes, sends, settles, mends and retries names no kind.

Planted here is a recurring gift, of which the CRM knows and giving does not yet. What people are shown of what failed still names gifts and
donors alone (`Entity`): nothing here says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from almoner.crm.contract import Key, Part, PutRecurringGift
from almoner.giving.contract import Unreadable
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.entities import BY_KIND, BY_NAME
from almoner.sync.entities.donor import SOURCE, giver_key
from almoner.sync.rules import Reason, State, Wanted
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import crm_project
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


class Promise(msgspec.Struct, frozen=True):
    """What giving would know."""

    id: int
    donor_id: int
    version: int
    minor: int
    code: str = "GENERAL"


class RecurringGifts:
    """The whole of what a further kind needs to flow."""

    name = "recurring_gift"
    page = "RecurringGift"
    kinds = frozenset({"recurring_gift.created", "recurring_gift.updated"})

    def __init__(self) -> None:
        self.promised: dict[int, Promise] = {}

    async def facts(self, _tx: Tx, ids: Sequence[int]) -> dict[int, Promise]:
        return {id_: self.promised[id_] for id_ in ids if id_ in self.promised}

    async def unreadable(self, _tx: Tx, _ids: Sequence[int]) -> dict[int, Unreadable]:
        return {}

    def donor_id(self, promise: Promise) -> int:
        return promise.donor_id

    def made_at(self, _promise: Promise) -> datetime:
        return NOON

    def hold(self, _promise: Promise, _wanted: Wanted, _integration: str) -> None:
        return None

    def change(self, promise: Promise) -> PutRecurringGift:
        return PutRecurringGift(
            key=Key(SOURCE, str(promise.id)),
            version=promise.version,
            giver=giver_key(promise.donor_id),
            frequency="Monthly",
            started_on=date(2025, 6, 1),
            next_expected_on=date(2025, 7, 1),
            anticipated_end_on=None,
            cancelled_at=None,
            amount_minor=promise.minor,
            currency="USD",
            designations=(Part(code=promise.code, minor=promise.minor),),
            segment_code=None,
            is_private=False,
        )

    def money(self, promise: Promise) -> tuple[str, int]:
        return "USD", promise.minor

    def awaited(self, _promise: Promise) -> None:
        return


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> RecurringGifts:
    """The sync with a third kind."""
    made = RecurringGifts()
    monkeypatch.setitem(BY_NAME, made.name, made)
    for kind in made.kinds:
        monkeypatch.setitem(BY_KIND, kind, made)
    return made


async def happened(house: House, planted: RecurringGifts, promise: Promise) -> None:
    """Giving has this promise now, and says so in its log."""
    planted.promised[promise.id] = promise
    kind = f"recurring_gift.{'created' if promise.version == 1 else 'updated'}"
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute(
            "SELECT giving_code.append_event($1, $2, $3, $4, $5, $6)",
            *(house.tenant.id, promise.donor_id, kind, promise.id, NOON, promise.version),
        )


async def record(house: House, id_: int) -> Any:
    """What the sync knows of a promise."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await store.read_record(tx, "crm", "recurring_gift", id_)


async def promised(house: House, id_: int) -> Any:
    """The CRM's recurring gift of a promise."""
    crm_id = (await record(house, id_)).crm_id
    return await house.tenant.crm.get(f"/crm/api/RecurringGift/{crm_id}")


async def a_donor(house: House) -> int:
    """Somebody whose gifts are withheld: only what is planted takes them to the CRM."""
    return int((await house.tenant.give(10, isTestMode=True))["donorId"])


async def test_it_goes_with_its_donor_and_its_changes_follow(idle: House, planted: RecurringGifts) -> None:
    donor_id = await a_donor(idle)
    await happened(idle, planted, Promise(5, donor_id, 1, 2500))
    await drained(idle)
    assert (await promised(idle, 5))["amount"] == 25
    await happened(idle, planted, Promise(5, donor_id, 2, 4000))
    await happened(idle, planted, Promise(5, donor_id, 3, 3000))
    await drained(idle)
    known, there = await record(idle, 5), await promised(idle, 5)
    assert (known.state, known.done, known.done_minor) == (State.SYNCED, 3, 3000)
    assert (there["amount"], there["frequency"], there["status"]) == (30, "Monthly", "UpToDate")
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []


async def test_it_waits_for_its_project_and_follows_once_that_is_mended(
    idle: House, planted: RecurringGifts
) -> None:
    donor_id = await a_donor(idle)
    await happened(idle, planted, Promise(5, donor_id, 1, 2500, "WELLS"))
    worker = await drained(idle)
    assert (await record(idle, 5)).reason is Reason.PROJECT_UNKNOWN
    await crm_project(idle.tenant, "WELLS")
    assert (await worker.mend(), await worker.retry_due()) == (1, 1)
    assert (await promised(idle, 5))["designations"][0]["projectCode"] == "WELLS"
    assert await wrong_figures(idle.app.db, idle.tenant.id) == []


async def test_one_that_cannot_go_holds_back_what_comes_after_it_of_its_donor(
    idle: House, planted: RecurringGifts, monkeypatch: pytest.MonkeyPatch
) -> None:
    donor_id = await a_donor(idle)
    await happened(idle, planted, Promise(5, donor_id, 1, 2500))
    gift = await idle.tenant.give(7)
    assert gift["donorId"] == donor_id
    with monkeypatch.context() as broken:
        broken.setattr(planted, "change", None)
        await drained(idle)
    why = await idle.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}")
    assert ((await record(idle, 5)).reason, why["reason"]) == (Reason.RETRYING, "waiting_for_donor")
    await idle.tenant.raise_.post("/raise/api/Sync/recurring_gift/5/retry")
    assert await idle.sync.hand.retry_due() == 1
    assert (await record(idle, 5)).state is State.SYNCED
    while await idle.sync.hand.retry_due():
        pass
    assert (await idle.tenant.raise_.get(f"/raise/api/Sync/gift/{gift['id']}"))["state"] == "synced"
