"""What the CRM takes from elsewhere, made by hand: contacts, gifts, and how it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from almoner.crm.contract import IncomingContact, IncomingDesignation, IncomingGift, Person, accept
from tests.support.house import House, Tenant

SOURCE = "Elsewhere"


def person(reference_id: str = "a1", **fields: Any) -> IncomingContact:
    blank = dict.fromkeys(IncomingContact.__struct_fields__)
    names = dict.fromkeys(Person.__struct_fields__) | {"first_name": "Ada", "last_name": "Example"}
    names |= {name: fields.pop(name) for name in names.keys() & fields.keys()}
    known = {"contact_type": "Household", "name": "Ada Example", "person": Person(**names)}
    reach = {"email": "Ada@example.org", "email_key": "ada@example.org", "phone": "555-0100", "city": "Town"}
    return IncomingContact(
        **{**blank, **known, **reach, "source": SOURCE, "reference_id": reference_id, **fields}
    )


def gift(key: str, *parts: tuple[str, int], day: date = date(2023, 12, 7), **fields: Any) -> IncomingGift:
    plain = {
        "contact_id": None,
        "contact_index": 0,
        "gift_type": "Cash",
        "currency": "USD",
        "segment_code": None,
    }
    empty: dict[str, Any] = {"notes": None, "is_private": False, "origin": {}}
    return IncomingGift(
        **{**plain, **empty, **fields},
        gift_on=day,
        amount_minor=sum(minor for _, minor in parts),
        designations=tuple(IncomingDesignation(code=code, minor=minor) for code, minor in parts),
        transaction_source=SOURCE,
        transaction_id=key,
    )


async def taken(
    house: House, *gifts: IncomingGift, contact: IncomingContact | None = None
) -> tuple[int, list[int]]:
    """Have the CRM accept gifts of one contact: its id and theirs."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        accepted = await accept(tx, [contact or person()], gifts)
    assert not [outcome for outcome in (*accepted.contacts, *accepted.gifts) if outcome.problem]
    contact_id = accepted.contacts[0].crm_id
    assert contact_id is not None
    return contact_id, [outcome.crm_id or 0 for outcome in accepted.gifts]


async def problem(tenant: Tenant, method: str, path: str, **options: Any) -> tuple[int, str, list[str]]:
    """Status, code and broken fields of a request that must fail."""
    answer = await tenant.crm.call(method, f"/crm/api/{path}", **options)
    error = answer.json()["error"]
    assert answer.json()["message"] == error["message"]
    return answer.status_code, error["code"], [detail["field"] for detail in error["details"]]


async def project(tenant: Tenant, name: str, **fields: Any) -> Any:
    """A project in the CRM."""
    return await tenant.crm.post("/crm/api/Project", {"name": name, **fields})
