"""What the eight do with promises: gifts pay pledges and schedules, which are planned otherwise, written off and dismissed meanwhile."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.support.house import Tenant

if TYPE_CHECKING:
    from tests.integration.crm.projects.writers import Act, Writer

PLEDGES = 6
SCHEDULES = 4
START, END = "2025-12-20", "2026-12-31"
PLEDGED_MAX = 3_000_000
"""Cents. Some pledges are paid in full and more, others never."""


@dataclass
class Promises:
    """Those that there are."""

    pledges: list[int] = field(default_factory=list)
    schedules: list[int] = field(default_factory=list)

    async def begin(self, tenant: Tenant, contacts: Sequence[int], today: date) -> None:
        """Pledges and schedules of the first contacts."""
        for n in range(PLEDGES):
            body = pledge_body(100_000 * (n + 1), "Monthly", contactId=contacts[n % len(contacts)])
            self.pledges.append((await tenant.crm.post("/crm/api/v2/Pledge", body))["id"])
        for n in range(SCHEDULES):
            body = schedule_body(2_500, "Monthly", str(today), contactId=contacts[n % len(contacts)])
            self.schedules.append((await tenant.crm.post("/crm/api/RecurringGift", body))["id"])

    def paid_by(self, minor: int, currency: str, choose: random.Random) -> dict[str, Any]:
        """What a gift may say that it pays: some of it for some pledges, or a schedule, or both, or nothing."""
        body: dict[str, Any] = {}
        if currency == "USD" and choose.random() < 0.4:
            some, left = choose.sample(self.pledges, choose.randint(1, 2)), minor
            body["pledgePayments"] = []
            for pledge_id in some[:left]:
                part = choose.randint(1, max(1, left - 1))
                left -= part
                body["pledgePayments"].append({"pledgeId": pledge_id, "amount": part / 100})
                if left <= 0:
                    break
        if currency == "USD" and choose.random() < 0.2:
            schedule = choose.choice(self.schedules)
            body["recurringGiftPayments"] = [{"id": schedule, "state": "Add"}]
        return body


def pledge_body(minor: int, frequency: str, **more: Any) -> dict[str, Any]:
    """A pledge of so many cents."""
    return {"amountPledged": minor / 100, "frequency": frequency, "pledgeDate": START, "expectedFulfillmentDate": END, **more}  # fmt: skip


def schedule_body(minor: int, frequency: str, following: str | None, **more: Any) -> dict[str, Any]:
    """A recurring gift of so many cents."""
    split = [{"projectCode": "GENERAL", "amount": minor / 100}]
    return {"amount": minor / 100, "frequency": frequency, "startDate": START, "nextExpectedPaymentDate": following,
            "designations": split, **more}  # fmt: skip


async def plan_otherwise(writer: Writer, _word: str) -> None:
    """A pledge is of another amount or comes otherwise."""
    frequency = writer.choose.choice(("Once", "Weekly", "Monthly", "Quarterly"))
    body = pledge_body(writer.choose.randint(1, PLEDGED_MAX), frequency)
    await writer.asked("PUT", f"v2/Pledge/{writer.choose.choice(writer.all.promises.pledges)}", body)


async def write_off(writer: Writer, word: str) -> None:
    """The rest of a pledge will not come; refused when nothing is left."""
    pledge = writer.choose.choice(writer.all.promises.pledges)
    await writer.asked("PUT", f"v2/Pledge/WriteOff/{pledge}", {"reason": word}, 409)


async def schedule_otherwise(writer: Writer, _word: str) -> None:
    """A schedule is of another amount, or on other days."""
    frequency = writer.choose.choice(("Weekly", "Monthly", "Bimonthly", "Quarterly", "Annually"))
    body = schedule_body(
        writer.choose.randint(1, 9_999), frequency, writer.choose.choice((None, str(writer.day())))
    )
    await writer.asked("PUT", f"RecurringGift/{writer.choose.choice(writer.all.promises.schedules)}", body)


async def dismiss(writer: Writer, _word: str) -> None:
    """An expected payment will not come, or may after all; refused when it came."""
    schedule = writer.choose.choice(writer.all.promises.schedules)
    there = (await writer.asked("GET", f"RecurringGiftPayment/{schedule}?take=50", None)).json()
    if rows := there.get("list"):
        body = {"dismissed": writer.choose.random() < 0.7}
        path = f"RecurringGiftPayment/Dismiss/{writer.choose.choice(rows)['id']}"
        await writer.asked("PUT", path, body, 404, 409)


async def pay_by_hand(writer: Writer, _word: str) -> None:
    """A gift that is here pays a schedule; refused when nothing is left of it."""
    if writer.own_gifts:
        gift_id, _left = writer.choose.choice(writer.own_gifts)
        schedule = writer.choose.choice(writer.all.promises.schedules)
        await writer.asked("POST", f"RecurringGiftPayment/{schedule}", {"giftId": gift_id}, 400, 409, 422)


ACTS: dict[Act, int] = {plan_otherwise: 3, write_off: 1, schedule_otherwise: 2, dismiss: 2, pay_by_hand: 3}
