"""How the walks ask for the fields that an organization adds to its donors."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A list of two options with `text` in its name."""
    options = [f"{text} one", f"{text} two"]
    return {"name": f"{text} field", "dataType": "List", "options": options, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A custom field of donors."""
    return await tenant.raise_.post("/raise/api/CustomField", body(text))


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/CustomField": lambda _: [
            Ask(body=body(word(), displayName=word()), names_record=False),
            Ask(body={"name": word(), "dataType": "Text"}, names_record=False),
        ],
        "GET /api/CustomField/{fieldId}": lambda made: [Ask({"fieldId": made["id"]})],
        "GET /api/CustomField/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"]}, names_record=False),
        ],
        "PUT /api/CustomField/{fieldId}": lambda made: [
            Ask({"fieldId": made["id"]}, body={"displayName": word(), "options": ["One"]}),
            Ask({"fieldId": made["id"]}, body={"isArchived": True}),
        ],
    },
)
