"""What promises must be by the gifts that are stored: a plain reckoning, one gift and one link after the other, that knows no figure that is kept."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from tests.support.house import House
from tests.support.rows import OwnRows


def counted(gift: Any, reversals: dict[int, int], links: list[Any]) -> Iterator[tuple[Any, int]]:
    """How much of a gift counts for each of its links, reckoned one after the other."""
    left = {"pledge": gift["amount_minor"] + reversals[gift["id"]]}
    left["recurring"] = left["pledge"]
    for link in sorted(links, key=lambda each: each["id"]):
        kind = "pledge" if link["pledge_id"] else "recurring"
        wanted = left[kind] if link["amount_minor"] is None else link["amount_minor"]
        pays = max(0, min(wanted, left[kind])) if link["currency"] == gift["currency"] else 0
        left[kind] -= pays
        yield link, pays


def day_after(first: date, frequency: str, n: int) -> date:
    """The day that is due n periods after the first, month by month."""
    if frequency == "Weekly":
        return first + timedelta(days=7 * n)
    if frequency == "Bimonthly":
        return day_after(first, "Monthly", n // 2) + timedelta(days=15 * (n % 2))
    months = n * {"Monthly": 1, "Quarterly": 3, "Annually": 12}[frequency]
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


async def links_of(rows: OwnRows) -> dict[int, int]:
    """How much counts for each link, by a plain loop over the gifts."""
    gifts = await rows.fetch(
        "SELECT id, amount_minor, currency::text, reverses_id FROM crm.gift WHERE organization_id = $1"
    )
    links = await rows.fetch("SELECT * FROM crm.applied_gift WHERE organization_id = $1")
    reversals: dict[int, int] = defaultdict(int)
    for gift in gifts:
        if gift["reverses_id"]:
            reversals[gift["reverses_id"]] += gift["amount_minor"]
    of_gift = defaultdict(list)
    for link in links:
        of_gift[link["gift_id"]].append(link)
    pays = {link["id"]: 0 for link in links}
    for gift in gifts:
        pays |= {link["id"]: much for link, much in counted(gift, reversals, of_gift[gift["id"]])}
    return pays


async def pledges_agree(house: House, pledges: Sequence[int], links: list[Any], pays: dict[int, int]) -> None:
    """Fails unless what is told of each pledge and of its payments is what the gifts pay."""
    for pledge_id in pledges:
        there = await house.tenant.crm.get(f"/crm/api/v2/Pledge/{pledge_id}")
        of_pledge = [link for link in links if link["pledge_id"] == pledge_id]
        paid = sum(pays[link["id"]] for link in of_pledge)
        pledged = round(there["amountPledged"] * 100)
        assert round(there["amountPaid"] * 100) == paid
        status = (
            "Completed" if paid >= pledged else "Written Off" if there["writeOffDateTimeUtc"] else "Active"
        )
        assert there["status"] == status
        assert round(there["balance"] * 100) == (pledged - paid if status == "Active" else 0)
        assert sum(round(part["expectedAmount"] * 100) for part in there["payments"]) == pledged
        for part in there["payments"]:
            came = sum(pays[link["id"]] for link in of_pledge if link["pledge_payment_id"] == part["id"])
            assert round(part["actualAmount"] * 100) == came


async def schedules_agree(
    house: House, rows: OwnRows, schedules: Sequence[int], pays: dict[int, int], until: date
) -> None:
    """Fails unless each payment that came, is open or past due, and the status with it, is so by the gifts; days are looked at until `until`, or today."""
    links = await rows.fetch(
        "SELECT * FROM crm.applied_gift WHERE organization_id = $1 AND recurring_gift_id > 0"
    )
    came = {link["recurring_gift_payment_id"] for link in links if pays[link["id"]] > 0}
    today = house.app.clock.now().date()
    for schedule_id in schedules:
        (row,) = await rows.fetch(
            "SELECT * FROM crm.recurring_gift WHERE organization_id = $1 AND id = $2", schedule_id
        )
        payments = await rows.fetch(
            "SELECT * FROM crm.recurring_gift_payment WHERE organization_id = $1 AND recurring_gift_id = $2",
            schedule_id,
        )
        is_open = {
            payment["expected_on"]
            for payment in payments
            if payment["is_expected"]
            and payment["is_scheduled"]
            and payment["dismissed_on"] is None
            and payment["id"] not in came
        }
        there = await house.tenant.crm.get(f"/crm/api/RecurringGift/{schedule_id}")
        first = min(is_open, default=None)
        assert there["nextExpectedPaymentDate"] == (first and f"{first}T00:00:00")
        assert there["status"] == ("PastDue" if first is not None and first < today else "UpToDate")
        condition = {"parameter": "Status", "operator": "Is", "value": there["status"]}
        query = {"groups": [{"conditions": [condition]}]}
        found = await house.tenant.crm.post("/crm/api/RecurringGift/Query", query)
        assert schedule_id in {each["id"] for each in found["list"]}
        settled = {
            payment["expected_on"]
            for payment in payments
            if payment["is_expected"] and (payment["dismissed_on"] is not None or payment["id"] in came)
        }
        last = max(until, today)
        wanted = grid(row, last)
        assert {day for day in is_open if day <= last} == wanted - settled


def grid(row: Any, until: date) -> set[date]:
    """The days from the next expected one on, as long as the test looks."""
    following, first = row["next_expected_on"], row["started_on"]
    days = [day_after(first, row["frequency"], n) for n in range(400)]
    if following not in days:
        days = [day_after(following, row["frequency"], n) for n in range(400)]
    return {day for day in days if following <= day <= until}
