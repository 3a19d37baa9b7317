"""How the walks give."""

from __future__ import annotations

from typing import Any

from tests.api.giving.campaigns import sample as campaigns
from tests.api.giving.forms import sample as forms
from tests.support.house import Tenant, give_body
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, text: str) -> Any:
    """What a gift may name: a campaign and a project."""
    campaign = await campaigns.make(tenant, text)
    return {"campaign": campaign, **await forms.make(tenant, f"{text}f")}


def all_of(made: Any) -> dict[str, Any]:
    """All that may come with a gift beside what it names."""
    address = {
        "address1": "1 Main St",
        "city": "Springfield",
        "state": "Illinois",
        "postal": "62701",
        "country": "US",
    }
    tribute = {"type": "InMemoryOf", "name": "Bo", "message": "With love", "notifyName": "Cy"}
    return {
        "donorPaidCosts": True,
        "costs": 0.5,
        "premiumId": made["premium"]["id"],
        "tribute": {**tribute, "notifyEmail": "cy@example.org", "notifyAddress": "2 Side St"},
        "billingName": "Ada Example",
        "billingAddress": address,
        "shippingName": "Ada Example",
        "shippingAddress": {**address, "address2": "Flat 2"},
        "giftAidRequested": True,
        "submissionUrl": "https://example.org/give",
        "browserInfo": {"name": "Firefox", "version": "145"},
        "utmSource": "news",
        "utmMedium": "email",
        "utmCampaign": "spring",
        "utmTerm": "wells",
        "utmContent": "top",
        "googleGclid": "Cj0",
    }


def gives(made: Any) -> list[Ask]:
    """A gift that names nothing, and gifts that name each thing."""
    project = made["project"]
    return [
        Ask(body=give_body(5), names_record=False),
        Ask(body=give_body(5, campaignId=made["campaign"]["id"])),
        Ask(body=give_body(5, projects=[{"projectId": project["id"]}])),
        Ask(body=give_body(5, projects=[{"code": project["code"]}])),
        Ask(body=give_body(5, formId=made["form"]["id"])),
        Ask(body=give_body(5, segmentId=made["segment"]["id"])),
        Ask(body=give_body(5, **all_of(made))),
    ]


SAMPLE = Sample("raise", make, {"POST /api/Raise/give": gives})
