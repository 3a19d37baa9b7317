"""How the walks ask for the CRM's projects."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A project with `text` in its name and code."""
    return {"name": f"{text} fund", "projectCode": f"{text}-code", "beginningBalance": "7.50", **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A project."""
    return await tenant.crm.post("/crm/api/Project", body(text))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"project_id": made["id"]})]


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Project": lambda made: [
            Ask(body=body(word()), names_record=False),
            Ask(body=body(word(), parentId=made["id"])),
        ],
        "GET /api/Project/{project_id}": one,
        "GET /api/Project/{project_id}/Balance": one,
        "GET /api/Project/Code/{project_code}": lambda made: [
            Ask({"project_code": made["projectCode"]}),
            Ask({"project_code": made["projectCode"].upper()}),
        ],
        "PUT /api/Project/{project_id}/Active": lambda made: [
            Ask({"project_id": made["id"]}, {"active": "false"})
        ],
    },
)
