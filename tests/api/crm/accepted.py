"""What the CRM takes from elsewhere, made by hand: contacts, gifts, and how it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from almoner.crm.contract import Change, Key, Outcome, Part, Person, PutContact, PutGift, Reach, accept
from tests.support.house import House, Tenant

SOURCE = "Elsewhere"


def key(id_: str) -> Key:
    """A record of the other system."""
    return Key(SOURCE, id_)


def person(reference_id: str = "a1", **fields: Any) -> PutContact:
    names = dict.fromkeys(Person.__struct_fields__) | {"first_name": "Ada", "last_name": "Example"}
    reach = dict.fromkeys(Reach.__struct_fields__) | {
        "email": "Ada@example.org",
        "phone": "555-0100",
        "city": "Town",
    }
    for part in (names, reach):
        part |= {name: fields.pop(name) for name in part.keys() & fields.keys()}
    plain = {"version": 1, "seeded": None, "contact_type": "Household", "name": "Ada Example"}
    return PutContact(
        key=key(reference_id), person=Person(**names), reach=Reach(**reach), **{**plain, **fields}
    )


def gift(id_: str, *parts: tuple[str, int], day: date = date(2023, 12, 7), **fields: Any) -> PutGift:
    plain = {"version": 1, "giver": key("a1"), "gift_type": "Cash", "currency": "USD", "segment_code": None}
    empty: dict[str, Any] = {"notes": None, "is_private": False, "origin": {}}
    return PutGift(
        **{**plain, **empty, **fields},
        key=key(id_),
        gift_on=day,
        amount_minor=sum(minor for _, minor in parts),
        designations=tuple(Part(code=code, minor=minor) for code, minor in parts),
    )


async def told(house: House, *changes: Change) -> list[Outcome]:
    """Have the CRM of the house's tenant accept changes."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await accept(tx, changes, house.app.clock.now())


async def taken(house: House, *gifts: PutGift, contact: PutContact | None = None) -> tuple[int, list[int]]:
    """Have the CRM accept gifts of one contact, all of them well: its id and theirs."""
    contact = contact or person()
    gifts = tuple(replace(each, giver=contact.key) for each in gifts)
    outcomes = await told(house, contact, *gifts)
    assert not [outcome for outcome in outcomes if outcome.problem]
    contact_id, *gift_ids = [outcome.crm_id or 0 for outcome in outcomes]
    return contact_id, gift_ids


async def problem(tenant: Tenant, method: str, path: str, **options: Any) -> tuple[int, str, list[str]]:
    """Status, code and broken fields of a request that must fail."""
    answer = await tenant.crm.call(method, f"/crm/api/{path}", **options)
    error = answer.json()["error"]
    assert answer.json()["message"] == error["message"]
    return answer.status_code, error["code"], [detail["field"] for detail in error["details"]]


async def project(tenant: Tenant, name: str, **fields: Any) -> Any:
    """A project in the CRM."""
    return await tenant.crm.post("/crm/api/Project", {"name": name, **fields})
