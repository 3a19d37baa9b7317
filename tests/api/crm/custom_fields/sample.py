"""How the walks ask for the fields that an organization adds to its records."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A list of two options with `text` in its name."""
    options = [f"{text} one", f"{text} two"]
    return {"recordType": "Premium", "name": f"{text} field", "dataType": "List", "options": options, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A custom field of premiums, whose being required hinders no other sample."""
    return await tenant.crm.post("/crm/api/CustomField", body(text))


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/CustomField": lambda _: [
            Ask(body=body(word(), displayName=word()), names_record=False),
            Ask(body={"recordType": "Gift", "name": word(), "dataType": "Text"}, names_record=False),
        ],
        "GET /api/CustomField/{fieldId}": lambda made: [Ask({"fieldId": made["id"]})],
        "PUT /api/CustomField/{fieldId}": lambda made: [
            Ask(
                {"fieldId": made["id"]}, body={"displayName": word(), "options": ["One"], "isRequired": True}
            ),
            Ask({"fieldId": made["id"]}, body={"isArchived": True}),
        ],
        "POST /api/CustomField/Search": lambda made: [Ask(body={"search": made["name"]})],
        "GET /api/Project/CustomFields": lambda _: [Ask(names_record=False)],
        "GET /api/Gift/CustomFields": lambda _: [Ask(names_record=False)],
    },
)
