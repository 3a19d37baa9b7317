"""How the walks ask for notes about projects."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.projects import sample as projects
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A note with `text` in its words."""
    return {"type": "Email", "note": f"{text} asked for a report", "important": True, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A note about a project, and about a contact."""
    project = await projects.make(tenant, text)
    contact = await contacts.make(tenant, text)
    said = body(text, projectId=project["id"], contactId=contact["id"])
    return await tenant.crm.post("/crm/api/ProjectNote", said)


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"noteId": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/ProjectNote": lambda made: [
            Ask(body=body(word(), projectId=made["projectId"])),
            Ask(body=body(word(), projectId=made["projectId"], contactId=made["contactId"])),
        ],
        "GET /api/ProjectNote/{noteId}": one,
        "PUT /api/ProjectNote/{noteId}": lambda made: [
            Ask({"noteId": made["id"]}, body=body(word())),
            Ask({"noteId": made["id"]}, body=body(word(), contactId=made["contactId"])),
        ],
        "DELETE /api/ProjectNote/{noteId}": one,
        "GET /api/ProjectNote/ByProject/{projectId}": lambda made: [Ask({"projectId": made["projectId"]})],
        "GET /api/ProjectNote/Types": lambda _: [Ask(names_record=False)],
    },
)
