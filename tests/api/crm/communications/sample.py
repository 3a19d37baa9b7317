"""How the walks ask for communications."""

from __future__ import annotations

from typing import Any

from tests.api.crm.campaigns import sample as campaigns
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, campaign_id: int, **more: Any) -> dict[str, Any]:
    """A communication of a campaign with `text` in its name."""
    return {
        "name": f"{text} appeal",
        "campaignId": campaign_id,
        "channelType": "Direct Mail",
        "communicationType": "Appeal",
        "startDateTime": "2024-11-05",
        "givingGoal": 5000,
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A communication of a campaign of its own."""
    campaign = await campaigns.make(tenant, text)
    step = campaigns.body(text)["steps"][0]
    made = await tenant.crm.post(
        "/crm/api/Communication", body(text, campaign["id"], communicationStep=step, newGiverGoal=3)
    )
    return {**made, "id": made["communicationId"]}


def found(made: Any) -> dict[str, Any]:
    """A query for it by its campaign."""
    condition = {"parameter": "Campaign Id", "operator": "Is", "value": str(made["campaignId"])}
    return {"groups": [{"conditions": [condition]}]}


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Communication": lambda made: [
            Ask(body=body(word(), made["campaignId"])),
            Ask(body={"name": word(), "campaignId": made["campaignId"]}),
        ],
        "GET /api/Communication/{communicationId}": lambda made: [
            Ask({"communicationId": made["communicationId"]})
        ],
        "GET /api/Communication/ByCampaign/{campaignId}": lambda made: [
            Ask({"campaignId": made["campaignId"]}),
            Ask({"campaignId": made["campaignId"]}, {"filter": made["name"][:-3].upper()}),
        ],
        "GET /api/Communication/ChannelTypes": lambda _: [Ask(names_record=False)],
        "GET /api/Communication/CommunicationTypes": lambda _: [Ask(names_record=False)],
        "GET /api/Communication/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/Communication/Query": lambda made: [Ask(body=found(made))],
    },
)
