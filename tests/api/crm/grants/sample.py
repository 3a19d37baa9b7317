"""How the walks ask for grants."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word

QUERY = {"groups": [{"conditions": [{"parameter": "Status", "operator": "Is", "value": "Won"}]}]}


def body(text: str, **more: Any) -> dict[str, Any]:
    """A grant with `text` in its words."""
    return {
        "title": f"{text} grant",
        "description": text,
        "referenceId": text,
        "dueDate": "2024-03-01",
        "totalAnticipatedAmount": 5000,
        "status": "Won",
        "submissionDate": "2024-02-01",
        "anticipatedAwardDate": "2024-04-01",
        "pointOfContactName": text,
        "awardedGrant": True,
        "awardedAmount": 4000,
        "awardedDate": "2024-05-01",
        "grantType": "Incoming",
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A grant of a contact that came from giving."""
    contact = await contacts.make(tenant, text)
    return await tenant.crm.post(
        "/crm/api/Grant",
        body(text, grantingOrganizationId=contact["id"], receivingOrganizationId=contact["id"]),
    )


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"grantId": made["id"]})]


def anew(made: Any) -> dict[str, Any]:
    """Another grant of the same organization."""
    return body(word(), grantingOrganizationId=made["grantingOrganizationId"])


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Grant": lambda made: [Ask(body=anew(made))],
        "GET /api/Grant/{grantId}": one,
        "PUT /api/Grant/{grantId}": lambda made: [Ask({"grantId": made["id"]}, body=anew(made))],
        "DELETE /api/Grant/{grantId}": one,
        "GET /api/Grant/{grantId}/Gifts": one,
        "GET /api/Grant/ByReference/{referenceId}": lambda made: [Ask({"referenceId": made["referenceId"]})],
        "GET /api/Grant/ByContact/{contactId}": lambda made: [
            Ask({"contactId": made["grantingOrganizationId"]})
        ],
        "GET /api/Grant/QueryOptions": lambda _: [Ask(names_record=False)],
        "GET /api/Grant/CustomFields": lambda _: [Ask(names_record=False)],
        "POST /api/Grant/Query": lambda _: [Ask(body=QUERY, names_record=False)],
    },
)
