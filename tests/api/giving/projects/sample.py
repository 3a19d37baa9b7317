"""How the walks ask for giving's projects."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str) -> dict[str, Any]:
    """A project with `text` in its name and code."""
    told = {
        "imageUrl": "https://example.org/well.png",
        "receiptEmails": [f"{text}@example.org"],
        "sortOrder": 3,
    }
    return {"name": f"{text} fund", "code": f"{text}-code", "description": text, **told}


async def make(tenant: Tenant, text: str) -> Any:
    """A project."""
    return await tenant.raise_.post("/raise/api/Project", body(text))


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Project": lambda _: [Ask(body=body(word()), names_record=False)],
        "GET /api/Project/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"]}, names_record=False),
        ],
        "PUT /api/Project/{projectId}": lambda made: [
            Ask({"projectId": made["id"]}, body=body(word())),
            Ask({"projectId": made["id"]}, body={"name": word(), "code": word()}),
        ],
        "GET /api/Project/{projectId}": lambda made: [Ask({"projectId": made["id"]})],
    },
)
