"""The CRM's reads and projects, over HTTP on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from almoner.crm.contract import IncomingContact, IncomingDesignation, IncomingGift, accept
from almoner.crm.gifts.service import totals
from almoner.crm.projects.service import totals_are_exact
from almoner.kernel.clock import ManualClock
from tests.support.house import House, Tenant, open_house

pytestmark = pytest.mark.anyio

SOURCE = "Elsewhere"
NEW_YEAR_IN_UTC = datetime(2024, 1, 1, 3, 0, tzinfo=UTC)


def person(reference_id: str = "a1", **fields: Any) -> IncomingContact:
    blank = dict.fromkeys(IncomingContact.__struct_fields__)
    known = {"contact_type": "Household", "name": "Ada Example", "first_name": "Ada", "last_name": "Example"}
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
    return await tenant.crm.post("/crm/api/Project", {"name": name, **fields})


@asynccontextmanager
async def house_at(dsn: str, now: datetime) -> AsyncIterator[House]:
    async with open_house(dsn, clock=ManualClock(now)) as opened:
        yield opened


# --- projects


async def test_a_project_is_made_and_read_three_ways(house: House) -> None:
    api = house.tenant.crm
    made = await project(
        house.tenant,
        "Clean Water Initiative",
        projectCode="CLEAN-WATER",
        externalAccountingCode="5101-001",
        onlineDisplayName="Clean Water",
        type="Program",
        location="International",
        beginningBalance="47823.50",
        financialNeedAmount=100,
        startDate="11/1/2024",
        isPublic=False,
    )
    assert (made["projectCode"], made["currentBalance"], made["financialNeedAmount"]) == (
        "CLEAN-WATER",
        47823.5,
        100,
    )
    assert (made["startDate"], made["endDate"], made["isPublic"]) == ("2024-11-01T00:00:00", None, False)
    assert (made["isActive"], made["isAvailableOnline"], made["isTaxDeductible"]) == (True, True, True)
    assert await api.get(f"/crm/api/Project/{made['id']}") == made
    assert await api.get("/crm/api/Project/Code/CLEAN-WATER") == made
    assert await api.get("/crm/api/project/code/clean-water") == made
    assert await api.get(f"/crm/api/Project/{made['id']}/Balance") == {
        "projectId": made["id"],
        "beginningBalance": 47823.5,
        "currentBalance": 47823.5,
        "lifeToDateGiving": 0,
        "lifeToDateGiftCount": 0,
    }


async def test_a_project_without_a_code_gets_a_free_one(house: House) -> None:
    codes = [
        (await project(house.tenant, name))["projectCode"]
        for name in ("Clean Water", "Clean water!", "clean WATER")
    ]
    assert codes == ["CLEAN-WATER", "CLEAN-WATER-2", "CLEAN-WATER-3"]


async def test_projects_of_one_name_made_at_once_all_get_a_code(house: House) -> None:
    made = await asyncio.gather(*(project(house.tenant, "Clean Water") for _ in range(4)))
    assert {one["projectCode"] for one in made} == {"CLEAN-WATER", *(f"CLEAN-WATER-{n}" for n in (2, 3, 4))}


async def test_a_code_in_use_is_refused_in_any_case(house: House) -> None:
    await project(house.tenant, "Water", projectCode="WATER")
    refused = await problem(house.tenant, "POST", "Project", json={"name": "Other", "projectCode": "water"})
    assert refused == (409, "PROJECT_CODE_TAKEN", ["projectCode"])


async def test_what_is_wrong_with_a_project_is_told_at_once(house: House) -> None:
    wrong = {"name": " ", "beginningBalance": 1.001, "startDate": "soon"}
    refused = await problem(house.tenant, "POST", "Project", json=wrong)
    assert refused == (422, "VALIDATION_FAILED", ["name", "beginningBalance", "startDate"])
    orphan = await problem(house.tenant, "POST", "Project", json={"name": "Orphan", "parentId": 999})
    assert orphan == (422, "VALIDATION_FAILED", ["parentId"])


async def test_a_repeated_create_makes_one_project(house: House) -> None:
    first, again = [
        await house.tenant.crm.post("/crm/api/Project", {"name": "Water"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert first == again


async def test_an_unknown_project_is_not_found(house: House) -> None:
    for path in ("Project/999", "Project/999/Balance", "Project/Code/nowhere", "Project/abc"):
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")
    assert (await problem(house.tenant, "PUT", "Project/999/Active?active=false"))[:2] == (404, "NOT_FOUND")


async def test_a_project_of_another_organization_is_not_found(house: House) -> None:
    made = await project(house.tenant, "Water")
    other = await house.another_tenant()
    assert (await problem(other, "GET", f"Project/{made['id']}"))[0] == 404
    assert (await problem(other, "GET", "Project/Code/WATER"))[0] == 404
    assert (await problem(other, "POST", "Project", json={"name": "Below", "parentId": made["id"]}))[0] == 422


async def test_a_project_is_closed_and_opened(house: House) -> None:
    made = await project(house.tenant, "Water")
    for active in (False, False, True):
        changed = await house.tenant.crm.put(f"/crm/api/Project/{made['id']}/Active", active=active)
        assert changed["isActive"] is active
    assert await events(house, made["id"]) == ["project.created", "project.updated", "project.updated"]


async def events(house: House, record_id: int) -> list[str]:
    async with house.app.db.tenant(house.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT kind FROM crm.event WHERE organization_id = $1 AND record_id = $2 AND key_id = 0"
            " AND part = platform.event_part($1, 0) AND kind LIKE 'project.%' ORDER BY id",
            tx.organization_id,
            record_id,
        )
    return [row["kind"] for row in rows]


# --- totals


async def test_giving_to_a_sub_project_counts_for_all_above_it(house: House) -> None:
    water = await project(house.tenant, "Water", beginningBalance=10)
    africa = await project(house.tenant, "Africa", parentId=water["id"])
    wells = await project(house.tenant, "Wells", parentId=africa["id"])
    assert (wells["parentName"], wells["isSubProject"]) == ("Africa", True)
    await taken(house, gift("1", ("WELLS", 3_000), ("WATER", 2_000)), gift("2", ("AFRICA", 500)))
    await taken(
        house, gift("3", ("WELLS", 100), currency="EUR"), contact=person("b2", name="B", last_name="B")
    )
    figures = [await house.tenant.crm.get(f"/crm/api/Project/{one['id']}") for one in (water, africa, wells)]
    assert [one["lifeToDateGiving"] for one in figures] == [55, 35, 30]
    assert [one["lifeToDateGiftCount"] for one in figures] == [2, 2, 1]
    assert [one["lifeToDateGiversCount"] for one in figures] == [1, 1, 1]
    assert [one["currentBalance"] for one in figures] == [65, 35, 30]
    balance = await house.tenant.crm.get(f"/crm/api/Project/{water['id']}/Balance")
    assert (balance["currentBalance"], balance["lifeToDateGiving"], balance["lifeToDateGiftCount"]) == (
        65,
        55,
        2,
    )


async def test_the_year_is_the_organizations(dsn: str) -> None:
    async with house_at(dsn, NEW_YEAR_IN_UTC) as house:
        tenant = await house.another_tenant("Westward", time_zone="America/New_York")
        west = House(house.app, tenant)
        days = (date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1))
        contact_id, _ = await taken(west, *(gift(f"{day}", ("GENERAL", 1_000), day=day) for day in days))
        contact = await tenant.crm.get(f"/crm/api/Contact/{contact_id}")
        assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$40.00", "$20.00")
        fund = await tenant.crm.get("/crm/api/Project/Code/GENERAL")
        assert (fund["calendarYearToDateGiving"], fund["calendarYearToDateGiftCount"]) == (20, 2)
        assert (fund["calendarYearToDateGiversCount"], fund["lifeToDateGiftCount"]) == (1, 4)


async def test_kept_totals_are_compared_with_the_gifts(house: House) -> None:
    water = await project(house.tenant, "Water")
    below = await project(house.tenant, "Wells", parentId=water["id"])
    await taken(house, gift("1", ("WELLS", 700), ("GENERAL", 300)), gift("2", ("WATER", 1), currency="EUR"))
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert await totals_are_exact(tx) == []
        assert await totals(tx) == {"EUR": (1, 1), "USD": (1, 1_000)}
        await tx.conn.execute(
            "UPDATE crm.project_total SET given_minor = given_minor + 5 WHERE project_id = $1 AND currency = 'USD'",
            water["id"],
        )
        await tx.conn.execute("DELETE FROM crm.project_total WHERE project_id = $1", below["id"])
        wrong = await totals_are_exact(tx)
    assert [(one.project_id, one.kept_minor, one.exact_minor) for one in wrong] == [
        (water["id"], 705, 700),
        (below["id"], 0, 700),
    ]


# --- gifts


async def test_a_gift_is_read_by_id_and_by_source_key(house: House) -> None:
    origin = {"raiseGiftId": 31, "campaignId": 2, "campaignName": "Year-End", "segmentCode": "S1"}
    await project(house.tenant, "Education", externalAccountingCode="5200")
    contact_id, (gift_id,) = await taken(
        house,
        gift(
            "31", ("GENERAL", 30_000), ("EDUCATION", 20_000), origin=origin, segment_code="S1", notes="Thanks"
        ),
    )
    found = await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")
    assert await house.tenant.crm.get(f"/crm/api/Gift/{SOURCE}/31") == found
    assert (found["contactId"], found["contactName"], found["contactUrl"]) == (
        contact_id,
        "Ada Example",
        f"/api/Contact/{contact_id}",
    )
    assert (found["amount"], found["giftDate"], found["segmentCode"]) == (500, "2023-12-07T00:00:00", "S1")
    assert (found["sourceRaiseGiftId"], found["origin"], found["notes"]) == (31, origin, "Thanks")
    assert [
        (part["projectCode"], part["externalAccountingCode"], part["amountDesignated"])
        for part in found["giftDesignations"]
    ] == [("GENERAL", None, 300), ("EDUCATION", "5200", 200)]


async def test_gifts_of_a_contact_are_paged_and_sorted(house: House) -> None:
    contact_id, ids = await taken(
        house,
        gift("1", ("GENERAL", 200), day=date(2023, 3, 1)),
        gift("2", ("GENERAL", 100), day=date(2023, 2, 1)),
        gift("3", ("GENERAL", 300), day=date(2023, 1, 1)),
    )
    path = f"/crm/api/Gift/ByContact/{contact_id}"

    async def order(**params: Any) -> list[int]:
        page = await house.tenant.crm.get(path, **params)
        assert page["total"] == 3
        return [ids.index(row["id"]) + 1 for row in page["list"]]

    assert await order() == [1, 2, 3]
    assert await order(sortBy="GiftDate") == [3, 2, 1]
    assert await order(sortBy="Amount", descending=True) == [3, 1, 2]
    assert await order(sortBy="Gift Date", skip=1, take=1) == [2]
    assert (
        await order(sortBy="unheard of")
        == await order(sortBy="CreatedDateTime")
        == await order(sortBy="Batch")
    )
    row = (await house.tenant.crm.get(path, take=1))["list"][0]
    assert (row["giftDate"], row["amount"], row["giftUrl"]) == ("3/1/2023", "$2.00", f"/api/Gift/{ids[0]}")


async def test_an_unknown_contact_has_no_gifts(house: House) -> None:
    assert await house.tenant.crm.get("/crm/api/Gift/ByContact/999") == {"list": [], "total": 0}
    refused = await problem(house.tenant, "GET", "Gift/ByContact/999?take=1001")
    assert (refused[1], refused[2]) == ("VALIDATION_FAILED", ["take"])


async def test_unknown_gifts_are_not_found(house: House) -> None:
    for path in ("Gift/999", f"Gift/{SOURCE}/nothing", "Gift/abc"):
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")


# --- contacts


async def test_a_contact_is_read_with_all_that_hangs_on_it(house: House) -> None:
    contact_id, _ = await taken(
        house,
        gift("1", ("GENERAL", 123_450), day=date(2020, 1, 2)),
        gift("2", ("GENERAL", 700), day=date(2020, 1, 3), currency="EUR"),
    )
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    assert (contact["name"], contact["contactType"], contact["isCurrentUserFollowing"]) == (
        "Ada Example",
        "Household",
        False,
    )
    assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$1,234.50", "$0.00")
    assert (contact["lastGiftAmount"], contact["lastGiftDate"]) == ("EUR 7.00", "1/3/2020")
    assert contact["contactReferences"] == [{"source": SOURCE, "id": "a1"}]
    assert (contact["address"]["city"], contact["address"]["isPrimary"]) == ("Town", True)
    assert contact["contactGiftsUrl"] == f"/api/Gift/ByContact/{contact_id}"
    individual = contact["contactIndividuals"][0]
    assert (individual["firstName"], individual["contactId"]) == ("Ada", contact_id)
    assert [(method["type"], method["value"]) for method in individual["contactMethods"]] == [
        ("Home Email", "Ada@example.org"),
        ("Home Phone", "555-0100"),
    ]


async def test_a_contact_that_never_gave(house: House) -> None:
    contact_id, _ = await taken(house, contact=person(city=None, email=None, phone=None))
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    assert (contact["lifeToDateGiving"], contact["lastGiftDate"], contact["address"]) == (
        "$0.00",
        "Unavailable",
        None,
    )
    assert contact["contactIndividuals"][0]["contactMethods"] == []


async def test_a_contact_is_found_by_reference_or_address(house: House) -> None:
    ada, _ = await taken(house)
    bea, _ = await taken(
        house, contact=person("b2", name="Bea", first_name="Bea", email="b@x.org", email_key="b@x.org")
    )
    api = house.tenant.crm
    by_reference = await api.get(f"/crm/api/Contact/{SOURCE}/a1")
    assert by_reference == await api.get(f"/crm/api/Contact/{ada}")
    by_email = await api.get("/crm/api/Contact/Find", email=" ADA@example.org ")
    assert by_email == {
        name: value for name, value in by_reference.items() if name != "isCurrentUserFollowing"
    }
    both = await api.get(
        "/crm/api/contact/find", email="ada@example.org", referencesource=SOURCE, ReferenceId="b2"
    )
    assert both["id"] == bea
    assert (await api.get("/crm/api/Contact/Find", email="b@x.org", referenceSource=SOURCE))["id"] == bea


async def test_an_archived_contact_is_found_only_when_no_other_has_the_address(house: House) -> None:
    old, _ = await taken(house)
    async with house.app.db.tenant(house.tenant.id) as tx:
        await tx.conn.execute("UPDATE crm.contact SET is_archived = true WHERE id = $1", old)
    assert (await house.tenant.crm.get("/crm/api/Contact/Find", email="ada@example.org"))["id"] == old
    new, _ = await taken(house, contact=person("a2"))
    assert (await house.tenant.crm.get("/crm/api/Contact/Find", email="ada@example.org"))["id"] == new != old


async def test_what_finds_no_contact(house: House) -> None:
    await taken(house)
    missing = (
        "Contact/999",
        f"Contact/{SOURCE}/zzz",
        "Contact/Find?email=nobody@example.org",
        "Contact/Find?email=555-0100",
        f"Contact/Find?referenceSource={SOURCE}&referenceId=zzz&email=ada@example.org",
    )
    for path in missing:
        assert (await problem(house.tenant, "GET", path))[:2] == (404, "NOT_FOUND")
    assert (await problem(house.tenant, "GET", "Contact/Find"))[:2] == (400, "BAD_REQUEST")


async def test_a_contact_of_another_organization_is_not_found(house: House) -> None:
    contact_id, (gift_id,) = await taken(house, gift("1", ("GENERAL", 100)))
    other = await house.another_tenant()
    paths = (
        f"Contact/{contact_id}",
        f"Contact/{SOURCE}/a1",
        "Contact/Find?email=ada@example.org",
        f"Gift/{gift_id}",
    )
    for path in (*paths, f"Gift/{SOURCE}/1"):
        assert (await problem(other, "GET", path))[0] == 404
    assert (await other.crm.get(f"/crm/api/Gift/ByContact/{contact_id}"))["total"] == 0


# --- organization


async def test_the_current_organization(house: House) -> None:
    assert await house.tenant.crm.get("/crm/api/Organization/Current") == {
        "organizationUserId": house.tenant.id,
        "organizationName": "Example House",
        "organizationTimeZone": "UTC",
        "organizationCulture": "en-US",
        "currentUserTimeZone": "UTC",
        "isAdministrator": True,
        "isEnabled": True,
    }
