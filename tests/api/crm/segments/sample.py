"""How the walks ask for segments."""

from __future__ import annotations

from typing import Any

from tests.api.crm.communications import sample as communications
from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A segment with `text` in its name and code."""
    return {"name": f"{text} major donors", "code": f"{text}-MD", "totalContacts": 120, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A segment that a contact's gift answers to."""
    communication = await communications.make(tenant, text)
    segment = await tenant.crm.post(
        "/crm/api/Segment", body(text, communicationId=communication["id"], costPerContact=0.415)
    )
    contact = await contacts.make(tenant, text)
    gift = {
        "contactId": contact["id"],
        "amount": 20,
        "segmentId": segment["id"],
        "giftDesignations": [{"projectCode": "GENERAL", "amountDesignated": 20}],
    }
    await tenant.crm.post("/crm/api/Gift", gift)
    return {**segment, "contactId": contact["id"]}


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Segment": lambda made: [
            Ask(body=body(word(), communicationId=made["communicationId"], packageCode="P1")),
            Ask(body={"name": word(), "code": word(), "communicationId": made["communicationId"]}),
        ],
        "GET /api/Segment/{segmentId}": lambda made: [Ask({"segmentId": made["id"]})],
        "GET /api/Segment/Code/{segmentCode}": lambda made: [
            Ask({"segmentCode": made["code"]}),
            Ask({"segmentCode": made["code"].lower()}),
        ],
        "PUT /api/Segment/{segmentId}": lambda made: [
            Ask({"segmentId": made["id"]}, body=body(word())),
            Ask({"segmentId": made["id"]}, body={"name": word()}),
        ],
        "GET /api/Segment/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "POST /api/Segment/Search": lambda made: [Ask(body={"search": made["code"]})],
    },
)
