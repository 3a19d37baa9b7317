"""How the walks ask for the parts that contacts play in projects."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.api.crm.projects import sample as projects
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


async def make(tenant: Tenant, text: str) -> Any:
    """A part of a kind of its own that a contact plays in a project, and another kind."""
    project = await projects.make(tenant, text)
    contact = await contacts.make(tenant, text)
    kind, other = [
        await tenant.crm.post("/crm/api/ProjectRole/Types", {"role": f"{each} {text}"})
        for each in ("Patron", "Friend")
    ]
    body = {
        "projectDesignationId": project["id"],
        "contactId": contact["id"],
        "projectRoleTypeId": kind["id"],
    }
    return {**await tenant.crm.post("/crm/api/ProjectRole", body), "other": other["id"]}


def body(made: Any) -> dict[str, Any]:
    """Another part of the same contact in the same project."""
    return {
        "projectDesignationId": made["projectDesignationId"],
        "contactId": made["contactId"],
        "projectRoleTypeId": made["other"],
    }


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"projectRoleId": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/ProjectRole": lambda made: [Ask(body=body(made))],
        "GET /api/ProjectRole/{projectRoleId}": one,
        "PUT /api/ProjectRole/{projectRoleId}": lambda made: [
            Ask({"projectRoleId": made["id"]}, body={"projectRoleTypeId": made["other"]})
        ],
        "DELETE /api/ProjectRole/{projectRoleId}": one,
        "GET /api/ProjectRole/ByContact/{contactId}": lambda made: [Ask({"contactId": made["contactId"]})],
        "GET /api/ProjectRole/ByProject/{projectId}": lambda made: [
            Ask({"projectId": made["projectDesignationId"]})
        ],
        "GET /api/ProjectRole/Types": lambda _: [Ask(names_record=False)],
        "POST /api/ProjectRole/Types": lambda _: [Ask(body={"role": f"Host {word()}"}, names_record=False)],
        "PUT /api/ProjectRole/Types/{projectRoleTypeId}": lambda made: [
            Ask({"projectRoleTypeId": made["other"]}, body={"role": f"Guest {word()}", "isEnabled": False})
        ],
    },
)
