"""How the walks ask for the CRM's projects."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A project with `text` in its name and code."""
    return {"name": f"{text} fund", "projectCode": f"{text}-code", "beginningBalance": 7.5, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A project."""
    return await tenant.crm.post("/crm/api/Project", body(text))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"projectId": made["id"]})]


def by_code(made: Any) -> dict[str, Any]:
    """A query for what may be mapped to: this project, if it takes designations."""
    conditions = [
        {"parameter": "Project Code", "operator": "Is", "value": made["projectCode"]},
        {"parameter": "isActive", "operator": "IsTrue"},
        {"parameter": "isPublic", "operator": "Is", "value": "true"},
    ]
    return {"groups": [{"conditions": conditions}]}


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Project": lambda made: [
            Ask(body=body(word()), names_record=False),
            Ask(body=body(word(), parentId=made["id"])),
        ],
        "GET /api/Project/{projectId}": one,
        "GET /api/Project/{projectId}/Balance": lambda made: [
            Ask({"projectId": made["id"]}),
            Ask({"projectId": made["id"]}, {"asOf": "2024-12-31"}),
        ],
        "GET /api/Project/Code/{projectCode}": lambda made: [
            Ask({"projectCode": made["projectCode"]}),
            Ask({"projectCode": made["projectCode"].upper()}),
        ],
        "GET /api/Project/Types": lambda _: [Ask(names_record=False)],
        "GET /api/Project/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/Project/Query": lambda made: [Ask(body=by_code(made))],
        "POST /api/Project/Search": lambda made: [
            Ask(body={"search": made["projectCode"]}),
            Ask(query={"hidden": "true"}, body={"search": made["name"][:-3]}),
        ],
        "PUT /api/Project/{projectId}": lambda made: [
            Ask({"projectId": made["id"]}, body={**body(word(), location="Malawi"), "isPublic": False}),
            Ask({"projectId": made["id"]}, body={"name": word()}),
        ],
        "PATCH /api/Project": lambda made: [
            Ask(body=[{"id": made["id"], "name": f"{word()} fund", "financialNeedAmount": 2500}]),
            Ask(body=[{"id": made["id"], "parentId": None, "isActive": False}]),
        ],
        "PUT /api/Project/{projectId}/Balance": lambda made: [
            Ask({"projectId": made["id"]}, body={"beginningBalance": 0, "currentBalance": 123.12}),
            Ask({"projectId": made["id"]}, body={"currentBalance": 50}),
        ],
        "PUT /api/Project/{projectId}/Status": lambda made: [
            Ask({"projectId": made["id"]}, {"inventoryStatus": "Sold out", "durationMinutes": "30"}),
            Ask({"projectId": made["id"]}, {"inventoryStatus": "Plenty"}),
        ],
        "PUT /api/Project/{projectId}/Active": lambda made: [
            Ask({"projectId": made["id"]}, {"active": "false"})
        ],
    },
)
