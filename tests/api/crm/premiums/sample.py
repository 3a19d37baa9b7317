"""How the walks ask for premiums."""

from __future__ import annotations

from typing import Any

from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A premium with `text` in its name and code."""
    return {
        "name": f"{text} bag",
        "code": f"{text}-bag",
        "description": "Made of cotton",
        "price": 25,
        "fairMarketValue": 20,
        "cost": 7.5,
        **more,
    }


async def make(tenant: Tenant, text: str) -> Any:
    """A premium of which there are some."""
    return await tenant.crm.post("/crm/api/Premium", body(text, inventoryCount=100))


def one(made: Any) -> list[Ask]:
    """By its id."""
    return [Ask({"premiumId": made["id"]})]


def the_one(made: Any) -> dict[str, Any]:
    """A query for a premium by its code."""
    condition = {"parameter": "Premium Code", "operator": "Is", "value": made["code"]}
    return {"groups": [{"conditions": [condition]}], "sortBy": "Name"}


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Premium": lambda _: [
            Ask(body=body(word()), names_record=False),
            Ask(body=body(word(), inventoryCount=12), names_record=False),
        ],
        "GET /api/Premium": lambda _: [Ask(names_record=False)],
        "GET /api/Premium/{premiumId}": one,
        "GET /api/Premium/Code/{premiumCode}": lambda made: [Ask({"premiumCode": made["code"].upper()})],
        "PUT /api/Premium/{premiumId}": lambda made: [
            Ask({"premiumId": made["id"]}, body=body(word())),
            Ask({"premiumId": made["id"]}, body=body(word(), inventoryCount=5)),
        ],
        "PUT /api/Premium/Increment/{premiumId}": lambda made: [
            Ask({"premiumId": made["id"]}),
            Ask({"premiumId": made["id"]}, {"incrementor": "10"}),
        ],
        "PUT /api/Premium/Decrement/{premiumId}": lambda made: [
            Ask({"premiumId": made["id"]}),
            Ask({"premiumId": made["id"]}, {"decrementor": "-2"}),
        ],
        "GET /api/Premium/CustomFields": lambda _: [Ask(names_record=False)],
        "GET /api/Premium/QueryOptions": lambda _: [Ask(names_record=False)],
        "POST /api/Premium/Query": lambda made: [Ask(body=the_one(made))],
        "POST /api/Premium/Search": lambda made: [Ask(body={"search": made["code"]})],
    },
)
