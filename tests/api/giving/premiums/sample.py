"""How the walks ask for premiums."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A premium with `text` in its texts, of which there are ten."""
    said = {"name": f"{text} mug", "code": text.upper(), "description": text, "fairValue": 12.5}
    return {**said, "inventoryCount": 10, **more}


async def make(tenant: Tenant, text: str) -> Any:
    """A premium."""
    return await tenant.raise_.post("/raise/api/Premium", body(text))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"premiumId": made["id"]})]


SAMPLE = Sample(
    "raise",
    make,
    {
        "POST /api/Premium": lambda _: [Ask(body=body(word()), names_record=False)],
        "GET /api/Premium/list": lambda made: [
            Ask(names_record=False),
            Ask(query={"filter": made["name"]}, names_record=False),
        ],
        "GET /api/Premium/{premiumId}": one,
        "PUT /api/Premium/{premiumId}": lambda made: [
            Ask({"premiumId": made["id"]}, body=body(word(), inventoryCount=3))
        ],
        "PUT /api/Premium/Increment/{premiumId}": lambda made: [
            Ask({"premiumId": made["id"]}, {"incrementor": "5"}),
        ],
        "DELETE /api/Premium/{premiumId}": one,
    },
)
