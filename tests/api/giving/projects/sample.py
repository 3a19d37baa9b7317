"""How the walks ask for giving's projects."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str) -> dict[str, Any]:
    """A project with `text` in its name and code."""
    return {"name": f"{text} fund", "code": f"{text}-code", "description": text}


async def make(tenant: Tenant, text: str) -> Any:
    """A project."""
    return await tenant.raise_.post("/raise/api/Project", body(text))


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Project": lambda _: [Ask(body=body(word()), names_record=False)],
        "GET /api/Project/list": lambda _: [Ask(names_record=False)],
        "GET /api/Project/{projectId}": lambda made: [Ask({"projectId": made["id"]})],
    },
)
