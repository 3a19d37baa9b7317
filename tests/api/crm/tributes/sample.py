"""How the walks ask for tributes."""

from __future__ import annotations

from typing import Any

from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant
from tests.support.samples import Ask, Sample, word


def body(text: str, **more: Any) -> dict[str, Any]:
    """A tribute with `text` in its name."""
    return {"tributeType": "InMemoryOf", "firstName": "Ada", "lastName": text, "city": "Springfield", **more}


def whole(text: str, made: Any) -> dict[str, Any]:
    """A tribute with everything that it can say."""
    home = {"address1": "1 Main St", "address2": "Unit 2", "state": "IL", "postalCode": "62701"}
    person = made["defaultAcknowledgeeIndividualId"]
    return body(text, **home, contactIndividualId=person, defaultAcknowledgeeIndividualId=person)


async def make(tenant: Tenant, text: str) -> Any:
    """A tribute of which somebody is told."""
    made = await contacts.make(tenant, text)
    contact = await tenant.crm.get(f"/crm/api/Contact/{made['id']}")
    person = contact["contactIndividuals"][0]["id"]
    said = body(text, defaultAcknowledgeeIndividualId=person)
    return await tenant.crm.post("/crm/api/Tribute", said)


SAMPLE = Sample(
    "crm",
    make,
    {
        "POST /api/Tribute": lambda made: [
            Ask(body=body(word()), names_record=False),
            Ask(body=whole(word(), made)),
        ],
        "PUT /api/Tribute/{tributeId}": lambda made: [
            Ask({"tributeId": made["id"]}, body=body(word())),
            Ask({"tributeId": made["id"]}, body=whole(word(), made)),
        ],
        "GET /api/Tribute/Search": lambda made: [
            Ask(query={"search": made["lastName"], "name": "ada"}, names_record=False),
            Ask(
                query={"city": "spring", "state": "il", "tributeType": "InMemoryOf"},
                names_record=False,
            ),
        ],
    },
)
