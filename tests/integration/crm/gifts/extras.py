"""What goes with gifts that are stored by the owner's hand: premiums and tributes."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

_PREMIUM = """
INSERT INTO crm.premium (organization_id, name, code, code_key, currency, price_minor, fair_market_value_minor, cost_minor, inventory_count,
    is_active, created_at, modified_at) VALUES ($1, $2, $3, lower($3), 'USD', 1, 1, 1, 9, true, $4, $4) RETURNING id
"""
_TRIBUTE = """
INSERT INTO crm.tribute (organization_id, tribute_type, first_name, last_name, created_at, modified_at) VALUES ($1, $2, $3, $4, $5, $5)
RETURNING id
"""
_INDIVIDUAL = """
INSERT INTO crm.contact_individual (organization_id, contact_id, first_name, created_at, modified_at) VALUES ($1, $2, 'Ada', $3, $3)
RETURNING id
"""
_GIFT_PREMIUM = """
INSERT INTO crm.gift_premium (organization_id, gift_id, premium_id, quantity, currency, fair_market_value_minor)
VALUES ($1, $2, $3, 1, 'USD', 1)
"""
_GIFT_TRIBUTE = """
INSERT INTO crm.gift_tribute (organization_id, gift_id, tribute_id, tribute_type, description, acknowledgee_individual_id)
VALUES ($1, $2, $3, $4, $5, $6)
"""
TYPES = {"InHonorOf": "In Honor Of", "InMemoryOf": "In Memory Of"}


async def known_extras(conn: Any, organization_id: int, contacts: list[Any], now: datetime) -> dict[str, Any]:
    """Premiums, tributes and an individual of the organization."""
    premiums = [
        {"id": await conn.fetchval(_PREMIUM, organization_id, name, code, now), "name": name, "code": code}
        for name, code in (("Tote Bag", "BAG"), ("Cap 50%", "CAP"))
    ]
    tributes = [
        {
            "id": await conn.fetchval(_TRIBUTE, organization_id, kind, first, last, now),
            "type": kind,
            "first": first,
            "last": last,
        }
        for kind, first, last in (("InHonorOf", "Bo", "Beloved"), ("InMemoryOf", "Grace", "Old_Friend"))
    ]
    person = await conn.fetchval(_INDIVIDUAL, organization_id, contacts[0]["id"], now)
    return {"premiums": premiums, "tributes": tributes, "person": person}


async def give_extras(
    conn: Any, organization_id: int, gift_id: int, rng: random.Random, known: dict[str, Any]
) -> dict[str, Any]:
    """Let something, or nothing, go with a gift; what is known of it."""
    premiums = rng.sample(known["premiums"], rng.choice((0, 0, 1, 2)))
    for premium in premiums:
        await conn.execute(_GIFT_PREMIUM, organization_id, gift_id, premium["id"])
    told: dict[str, Any] = {
        "Premium Id": [premium["id"] for premium in premiums],
        "Premium Name": [premium["name"] for premium in premiums],
        "Premium Code": [premium["code"] for premium in premiums],
        **dict.fromkeys(("Tribute Id", "Tribute Type", "Tribute", "Tribute First Name", "Tribute Last Name")),
        "Acknowledgee Individual Id": None,
    }
    how = rng.choice(("nothing", "words", "kept"))
    if how == "nothing":
        return told
    tribute, person = rng.choice(known["tributes"]), rng.choice((None, known["person"]))
    words = "My teacher" if how == "words" else None
    number = tribute["id"] if how == "kept" else None
    await conn.execute(_GIFT_TRIBUTE, organization_id, gift_id, number, tribute["type"], words, person)
    told |= {"Tribute Type": TYPES[tribute["type"]], "Tribute": words, "Acknowledgee Individual Id": person}
    if how == "kept":
        told |= {
            "Tribute Id": number,
            "Tribute": f"{tribute['first']} {tribute['last']}",
            "Tribute First Name": tribute["first"],
            "Tribute Last Name": tribute["last"],
        }
    return told
