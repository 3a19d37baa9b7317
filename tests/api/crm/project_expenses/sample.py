"""How the walks ask for what projects spend."""

from __future__ import annotations

from typing import Any

from tests.api.crm.projects import sample as projects
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """An expense with `text` in its words."""
    return {
        "expenseAmount": 125.5,
        "expenseDate": "2024-12-07",
        "accountingCode": "5200",
        "expenseDescription": f"Pipes for {text}",
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """What a project spent."""
    project = await projects.make(tenant, text)
    return await tenant.crm.post("/crm/api/ProjectExpense", body(text, projectId=project["id"]))


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/ProjectExpense": lambda made: [Ask(body=body(word(), projectId=made["projectId"]))],
        "POST /api/ProjectExpense/Batch": lambda made: [
            Ask(body={"projectExpenses": [body(word(), projectId=made["projectId"]) for _ in range(2)]})
        ],
        "GET /api/ProjectExpense/{projectExpenseId}": lambda made: [Ask({"projectExpenseId": made["id"]})],
        "PUT /api/ProjectExpense/{projectExpenseId}": lambda made: [
            Ask({"projectExpenseId": made["id"]}, body=body(word(), expenseAmount=99))
        ],
        "GET /api/ProjectExpense": lambda made: [
            Ask(query={"projectId": str(made["projectId"])}),
            Ask(query={"projectCode": made["projectCode"], "filter": "pipes", "count": "0"}),
        ],
    },
)
