"""How the walks ask for segments."""

from __future__ import annotations

from typing import Any

from tests.api.giving.campaigns import sample as campaigns
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, campaign_id: int) -> dict[str, Any]:
    """A segment of a campaign, with `text` in its texts."""
    texts = {"description": text, "externalIdentifier": text}
    return {"campaignId": campaign_id, "name": f"{text} segment", "code": text.upper(), **texts}


async def make(tenant: Tenant, text: str) -> Any:
    """A segment of a campaign."""
    campaign = await campaigns.make(tenant, text)
    return await tenant.raise_.post("/raise/api/Segment", body(text, campaign["id"]))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"segmentId": made["id"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Segment": lambda made: [Ask(body=body(word(), made["campaignId"]))],
        "GET /api/Segment/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"], "campaignId": str(made["campaignId"])}, names_record=False),
        ],
        "GET /api/Segment/{segmentId}": one,
        "PUT /api/Segment/{segmentId}": lambda made: [
            Ask({"segmentId": made["id"]}, body=body(word(), made["campaignId"]))
        ],
        "DELETE /api/Segment/{segmentId}": one,
    },
)
