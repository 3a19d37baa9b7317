"""A law of the sync: whatever goes back of gifts, comes again and is corrected, and wherever between the sync looks, in the end all of it is in
the CRM, which has of each gift and project what giving has, and nobody had to mend anything but a project that was missing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from almoner.giving.payments.errors import RefundRefused
from almoner.kernel.errors import Conflict, Invalid
from tests.integration.giving.reversals.world import Returns
from tests.integration.sync.hand import drained
from tests.integration.sync.reasons import crm_project
from tests.integration.sync.test_money_that_goes_back import SPLIT, settled
from tests.support.agreement import BOOKED, GIVEN
from tests.support.house import House

pytestmark = pytest.mark.anyio
CODES = ("GENERAL", "WELLS", "ROOF")
"""The last is a project that the CRM learns of at the end."""
STEPS = 40
STATES = """
SELECT entity, record_id, state, reason, detail FROM sync.record WHERE organization_id = $1 AND state <> 'synced' ORDER BY entity, record_id
"""


class Story:
    """What happens to the gifts of one organization, by one seed."""

    def __init__(self, returns: Returns, seed: int) -> None:
        self.returns, self.rng = returns, random.Random(seed)
        self.gifts: list[Any] = []
        self.disputed: set[int] = set()
        self.done: Counter[str] = Counter()

    async def give(self) -> None:
        """A gift of 10."""
        self.gifts.append((await self.returns.give(None, projects=SPLIT)).gift)

    async def refund(self) -> None:
        """Some of what is left goes back, of all projects or of one; giving refuses what is too much, and so does the till."""
        gift, cents = self.rng.choice(self.gifts), self.rng.choice((100, 250, 333, 700, None))
        said: dict[str, Any] = {} if cents is None else {"amount": cents / 100}
        if self.rng.random() < 0.5:
            said["projects"] = [{"code": self.rng.choice(CODES)}]
        try:
            await self.returns.refund(gift.id, **said)
        except (Conflict, Invalid, RefundRefused):
            return
        self.done["refund"] += 1

    async def bounce(self) -> None:
        """A refund comes back."""
        gift = self.rng.choice(self.gifts)
        done = [
            one
            for one in await self.returns.reversals(gift.id)
            if (one["kind"], one["state"]) == ("refund", "done")
        ]
        if done:
            one = self.rng.choice(done)
            minor = round(one["amount"] * 100)
            await self.returns.say("refund", "failed", gift, minor, named=one["transactionId"])
            returned = self.returns.till.returned
            returned[one["transactionId"]] = replace(returned[one["transactionId"]], amount_minor=0)
            self.done["bounce"] += 1
            if self.rng.random() < 0.5:
                await self.correct(gift)

    async def dispute(self) -> None:
        """A dispute is opened, or an open one is won."""
        gift, now = self.rng.choice(self.gifts), self.returns.house.app.clock.now()
        is_open = gift.id in self.disputed
        await self.returns.say("dispute", "won" if is_open else "open", gift, 1000, at=now)
        await self.returns.settle_words(now + timedelta(days=30))
        self.disputed.add(gift.id)

    async def correct(self, of: Any = None) -> None:
        """A gift, or this one, is corrected to less, or to other projects; giving refuses less than went back."""
        gift, codes = of or self.rng.choice(self.gifts), self.rng.sample(CODES, self.rng.randint(1, 2))
        parts: list[dict[str, Any]] = [
            {"code": code, "amount": self.rng.choice((1, 2, 5, 9))} for code in codes
        ]
        told = {"amount": sum(part["amount"] for part in parts), "projects": parts}
        got = await self.returns.house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift.id}", json=told)
        self.done["correct" if got.is_success else "correct refused"] += 1

    async def look(self) -> None:
        """The sync takes what is in the log, or all that it can."""
        if self.rng.random() < 0.5:
            await drained(self.returns.house)
        else:
            await settled(self.returns)

    async def go_on(self) -> None:
        """One of these."""
        steps = (self.give, self.refund, self.bounce, self.dispute, self.correct, self.look)
        (step,) = self.rng.choices(steps, (1, 6, 5, 1, 6, 4))
        await step()


@pytest.mark.parametrize("seed", range(8))
async def test_in_the_end_the_crm_has_what_giving_has(idle: House, seed: int) -> None:
    story = Story(Returns(idle), seed)
    for code in CODES[1:]:
        await idle.tenant.raise_.post("/raise/api/Project", {"name": code, "code": code})
    await crm_project(idle.tenant, "WELLS")
    for _ in range(2):
        await story.give()
    for _ in range(STEPS):
        await story.go_on()
    assert story.done["refund"] and story.done["bounce"], "nothing went back and came again"
    await crm_project(idle.tenant, "ROOF")
    await settled(story.returns)
    async with idle.app.db.tenant(idle.tenant.id) as tx:
        left = [tuple(row.values()) for row in await tx.conn.fetch(STATES, idle.tenant.id)]
        told = [await tx.conn.fetch(sql, idle.tenant.id) for sql in (GIVEN, BOOKED)]
    given, booked = (
        {(row["id"], row["code"]): row["minor"] for row in rows if row["minor"]} for rows in told
    )
    assert left == []
    assert booked == given
    await story.returns.exact()
