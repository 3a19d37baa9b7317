"""What the eight do with campaigns: projects come in for some days, for others, and go; segments get other codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.api.crm.campaigns.sample import STAFF
from tests.support.house import Tenant

if TYPE_CHECKING:
    from tests.integration.crm.projects.writers import Act, Writer

CAMPAIGNS = 3
SEGMENTS = 4
SPARE = "SPARE"
"""A code that a segment takes now and then, and gives back."""


@dataclass
class Campaigns:
    """Those that there are, and the codes of their segments."""

    ids: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)

    async def begin(self, tenant: Tenant) -> None:
        """Campaigns with goals, and segments of two of them."""
        for n in range(CAMPAIGNS):
            body = {"name": f"C{n}", "givingGoal": 1_000, "newGiverGoal": 10, "totalGiftGoal": 100}
            self.ids.append((await tenant.crm.post(STAFF, body))["campaignId"])
        mails = [
            (await tenant.crm.post("/crm/api/Communication", {"name": f"Mail {of}", "campaignId": of}))
            for of in self.ids[:2]
        ]
        for n in range(SEGMENTS):
            said = {"name": f"S{n}", "code": f"S{n}", "communicationId": mails[n % 2]["communicationId"]}
            made = await tenant.crm.post("/crm/api/Segment", said)
            self.segments.append(made["segmentId"] if "segmentId" in made else made["id"])
            self.codes.append(f"S{n}")


def some_days(writer: Writer) -> dict[str, Any]:
    """From some day on, until some day, both or always."""
    first = writer.day()
    last = first + timedelta(days=writer.choose.randint(0, 40))
    days = {"fromDate": str(first), "untilDate": str(last)}
    return {name: day for name, day in days.items() if writer.choose.random() < 0.7}


async def put_in(writer: Writer, _word: str) -> None:
    """A project comes into a campaign; refused when it is in it on one of the days."""
    of, one = writer.choose.choice(writer.all.campaigns.ids), writer.choose.choice(writer.all.made)
    body = {"projectId": one["id"], **some_days(writer)}
    await writer.asked("POST", f"Staff/Campaign/{of}/Project", body, 409, 422)


async def put_otherwise(writer: Writer, _word: str) -> None:
    """It is in it on other days, or goes."""
    of = writer.choose.choice(writer.all.campaigns.ids)
    there = (await writer.asked("GET", f"Staff/Campaign/{of}/Project", None)).json()
    if entries := there.get("list"):
        path = f"Staff/Campaign/{of}/Project/{writer.choose.choice(entries)['id']}"
        if writer.choose.random() < 0.5:
            await writer.asked("PUT", path, some_days(writer), 404, 409, 422)
        else:
            await writer.asked("DELETE", path, None, 204, 404)


async def rename_segment(writer: Writer, word: str) -> None:
    """A segment has its own code, or the spare one when no other has it."""
    place = writer.choose.randrange(SEGMENTS)
    body = {"name": word, "code": writer.choose.choice((f"S{place}", SPARE))}
    segment = writer.all.campaigns.segments[place]
    await writer.asked("PUT", f"Segment/{segment}", body, 400, 409, 422)


ACTS: dict[Act, int] = {put_in: 3, put_otherwise: 3, rename_segment: 1}
