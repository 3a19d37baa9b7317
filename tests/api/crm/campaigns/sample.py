"""How the walks ask for campaigns."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word

STAFF = "/crm/api/Staff/Campaign"


def body(text: str, **more: Any) -> dict[str, Any]:
    """A campaign with `text` in its texts: the seed page's, with two steps."""
    return {
        "name": f"{text} Year-End Giving 2024",
        "description": f"{text} at the end of the year",
        "startDateTimeUtc": "2024-11-01T00:00:00Z",
        "endDateTimeUtc": "2024-12-31T23:59:59Z",
        "givingGoal": 250000,
        "newGiverGoal": 100,
        "totalGiftGoal": 800,
        "steps": [f"{text} letter", "Thank you"],
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A campaign with one project in it."""
    campaign = await tenant.crm.post(STAFF, body(text))
    project = await tenant.crm.post("/crm/api/Project", {"name": f"{text} well"})
    entry = await tenant.crm.post(
        f"{STAFF}/{campaign['campaignId']}/Project", {"projectId": project["id"], "untilDate": "2024-12-24"}
    )
    return {**campaign, "id": campaign["campaignId"], "entry": entry["id"], "project": project}


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"campaignId": made["campaignId"]})]


def later(made: Any) -> dict[str, Any]:
    """The campaign's project in a later year, without what the first has of it."""
    return {
        "fromDate": "2025-01-01",
        "untilDate": "2025-12-31",
        "projectCode": made["project"]["projectCode"],
    }


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/Campaign/{campaignId}": one,
        "GET /api/Campaign/GetStepsByCampaignId/{campaignId}": one,
        "GET /api/Campaign/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/Campaign/Query": lambda made: [
            Ask(
                body={
                    "groups": [
                        {"conditions": [{"parameter": "Name", "operator": "Is", "value": made["name"]}]}
                    ]
                }
            )
        ],
        "GET /api/Staff/Campaign": lambda _: [
            Ask(query={"archived": "true", "take": "5"}, names_record=False),
            Ask(names_record=False),
        ],
        "POST /api/Staff/Campaign": lambda _: [
            Ask(body=body(word()), names_record=False),
            Ask(body={"name": word()}, names_record=False),
        ],
        "PUT /api/Staff/Campaign/{campaignId}": lambda made: [
            Ask({"campaignId": made["campaignId"]}, body=body(word()))
        ],
        "PUT /api/Staff/Campaign/{campaignId}/Archived": lambda made: [
            Ask({"campaignId": made["campaignId"]}, {"archived": "true"})
        ],
        "GET /api/Staff/Campaign/{campaignId}/Progress": lambda made: [
            Ask({"campaignId": made["campaignId"]}),
            Ask({"campaignId": made["campaignId"]}, {"asOf": "2024-12-31"}),
        ],
        "GET /api/Staff/Campaign/{campaignId}/Project": one,
        "POST /api/Staff/Campaign/{campaignId}/Project": lambda made: [
            Ask({"campaignId": made["campaignId"]}, body=later(made))
        ],
        "PUT /api/Staff/Campaign/{campaignId}/Project/{membershipId}": lambda made: [
            Ask(
                {"campaignId": made["campaignId"], "membershipId": made["entry"]},
                body={"fromDate": "2024-11-15", "untilDate": "2024-12-26"},
            )
        ],
        "DELETE /api/Staff/Campaign/{campaignId}/Project/{membershipId}": lambda made: [
            Ask({"campaignId": made["campaignId"], "membershipId": made["entry"]})
        ],
    },
)
