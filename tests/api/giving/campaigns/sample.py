"""How the walks ask for campaigns."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str) -> dict[str, Any]:
    """A campaign with `text` in its name."""
    goals = {"givingGoal": 1000.5, "totalGiftGoal": 100, "averageGiftGoal": 10}
    return {"name": f"{text} campaign", "startDate": "2024-01-01T00:00:00Z", "description": text, **goals}


def bodies(text: str) -> list[dict[str, Any]]:
    """A campaign with its goals, and one with all that it may say."""
    days = {"startDate": "2024-01-01", "endDate": "2024-12-31", "startDateTimeUtc": "2024-01-01T05:00:00Z"}
    segment = {
        "name": f"{text} friends",
        "code": f"{text}-F",
        "description": text,
        "externalIdentifier": text,
    }
    more = {"canSync": False, "applySegmentToRecurringGifts": True, "segments": [segment]}
    return [body(text), {"name": f"{text} gala", "hasGivingGoal": False, **days, **more}]


async def make(tenant: Tenant, text: str) -> Any:
    """A campaign that was paused once."""
    made = await tenant.raise_.post("/raise/api/Campaign", body(text))
    await tenant.raise_.put(f"/raise/api/Campaign/{made['id']}/toggle-sync", reason=text)
    return made


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"campaignId": made["id"]})]


def queried(made: Any) -> dict[str, Any]:
    """A query for a campaign, with columns beside it: the example of the documents."""
    conditions = [
        {"parameter": "Id", "operator": "Is", "value": str(made["id"])},
        {"parameter": "Raised Amount", "operator": "LessThan", "value": "1000"},
    ]
    columns = ["Name", "Raised Amount", "Total Donors", "Segment Code"]
    return {"groups": [{"conditions": conditions}], "selectedColumns": columns, "sortBy": "name", "take": 25}


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Campaign": lambda _: [Ask(body=said, names_record=False) for said in bodies(word())],
        "GET /api/Campaign/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"]}, names_record=False),
        ],
        "POST /api/Campaign/query": lambda made: [Ask(body=queried(made), names_record=False)],
        "GET /api/Campaign/QueryOptions": lambda _: [Ask(names_record=False)],
        "PUT /api/Campaign/{campaignId}": lambda made: [
            Ask({"campaignId": made["id"]}, body=said) for said in bodies(word())
        ],
        "DELETE /api/Campaign/{campaignId}": one,
        "PUT /api/Campaign/{campaignId}/sync": lambda made: [
            Ask({"campaignId": made["id"]}, body={"canSync": True, "reason": "cleaned up"})
        ],
        "GET /api/Campaign/{campaignId}": one,
        "GET /api/Campaign/{campaignId}/sync-changes": one,
        "PUT /api/Campaign/{campaignId}/toggle-sync": lambda made: [
            Ask({"campaignId": made["id"]}, {"reason": "cleaning up"})
        ],
    },
)
