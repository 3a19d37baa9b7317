"""How the walks ask for contact notes."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A note with `text` in its words."""
    return {"type": "Call", "note": f"{text} called", "important": True, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """An important note about a contact that came from giving."""
    contact = await contacts.make(tenant, text)
    return await tenant.crm.post("/crm/api/ContactNote", body(text, contactId=contact["id"]))


def of_contact(made: Any) -> list[Ask]:
    """By the contact it is about."""
    return [Ask({"contactId": made["contactId"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/ContactNote": lambda made: [Ask(body=body(word(), contactId=made["contactId"]))],
        "GET /api/ContactNote/{noteId}": lambda made: [Ask({"noteId": made["id"]})],
        "PUT /api/ContactNote/{noteId}": lambda made: [Ask({"noteId": made["id"]}, body=body(word()))],
        "DELETE /api/ContactNote/{noteId}": lambda made: [Ask({"noteId": made["id"]})],
        "GET /api/ContactNote/ByContact/{contactId}": of_contact,
        "GET /api/ContactNote/Important/ByContact/{contactId}": of_contact,
    },
)
