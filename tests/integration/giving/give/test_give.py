"""Give: whom a gift belongs to, what a key means when it comes twice, and what a refusal leaves behind: nothing."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from almoner.giving.payments.sandbox import DECLINED
from almoner.kernel.clock import ManualClock
from tests.support.house import House, Tenant, give_body, open_house

pytestmark = pytest.mark.anyio

GIVE = "/raise/api/Raise/give"


async def _counts(house: House, tenant: Tenant | None = None) -> tuple[int, int, int]:
    """Donors, gifts and events of one organization."""
    async with house.app.db.tenant((tenant or house.tenant).id) as tx:
        return (
            await tx.conn.fetchval("SELECT count(*) FROM giving.donor"),
            await tx.conn.fetchval("SELECT count(*) FROM giving.gift"),
            await tx.conn.fetchval("SELECT count(*) FROM giving.event WHERE key_id <> 0"),
        )


async def _donor(house: House, donor_id: int) -> Any:
    return await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")


# --- whose gift it is --------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["Ada@Example.ORG", "  ada@example.org ", "ADA@EXAMPLE.ORG\t"])
async def test_a_donor_is_found_by_email_in_any_case_and_with_blanks(house: House, again: str) -> None:
    first = await house.tenant.give(10)
    second = await house.tenant.give(20, email=again)
    assert second["donorId"] == first["donorId"]
    assert (await _donor(house, first["donorId"]))["email"] == "ada@example.org"
    assert (await _counts(house))[:2] == (1, 2)


async def test_a_donor_without_email_is_found_by_source_key(house: House) -> None:
    key = {"email": None, "sourceSystem": "ledger", "sourceKey": "A-1"}
    first = await house.tenant.give(10, email=None, donor=key)
    again = await house.tenant.give(10, email=None, donor=key)
    other = await house.tenant.give(10, email=None, donor={**key, "sourceSystem": "other ledger"})
    assert again["donorId"] == first["donorId"] != other["donorId"]


async def test_a_donor_found_by_source_key_gets_the_email_and_is_then_found_by_it(house: House) -> None:
    key = {"sourceSystem": "ledger", "sourceKey": "A-1"}
    first = await house.tenant.give(10, email=None, donor=key)
    second = await house.tenant.give(10, email="ada@example.org", donor=key)
    third = await house.tenant.give(10, email="Ada@example.org")
    assert first["donorId"] == second["donorId"] == third["donorId"]


async def test_email_wins_over_source_key(house: House) -> None:
    by_email = await house.tenant.give(10, email="ada@example.org")
    by_key = await house.tenant.give(10, email=None, donor={"sourceSystem": "ledger", "sourceKey": "B"})
    both = await house.tenant.give(
        10, email="ada@example.org", donor={"sourceSystem": "ledger", "sourceKey": "B"}
    )
    assert both["donorId"] == by_email["donorId"] != by_key["donorId"]


async def test_the_same_email_in_two_organizations_is_two_donors(house: House) -> None:
    other = await house.another_tenant()
    first, second = await house.tenant.give(10), await other.give(10)
    assert first["donorId"] != second["donorId"]
    assert await _counts(house, other) == (1, 1, 2)


async def test_what_is_missing_is_completed_and_nothing_is_overwritten(house: House) -> None:
    bare = {"firstName": "Ada", "lastName": None, "phone": None}
    gift = await house.tenant.give(10, donor=bare)
    full = {
        "firstName": "Adele",
        "lastName": "Example",
        "phone": "555-0100",
        "address1": "1 Elm St",
        "city": "Ely",
    }
    await house.tenant.give(10, donor=full)
    await house.tenant.give(
        10, donor={"lastName": "Other", "phone": "555-0199", "address1": "9 Oak St", "city": "Rye"}
    )
    donor = await _donor(house, gift["donorId"])
    assert (donor["firstName"], donor["lastName"], donor["phone"]) == ("Ada", "Example", "555-0100")
    assert (donor["primaryAddress"]["address1"], donor["primaryAddress"]["city"]) == ("1 Elm St", "Ely")


async def test_gifts_that_arrive_together_each_complete_what_they_bring(house: House) -> None:
    """Whether the donor is there already or comes with one of them: some share a batch."""
    nothing = {"firstName": None, "lastName": None}
    brought = {"firstName": "Ada", "lastName": "Example", "phone": "555-0100", "address1": "1 Elm St"}
    for email in ("new@example.org", "known@example.org"):
        if email.startswith("known"):
            await house.tenant.give(1, email, donor=nothing)
        gifts = [
            house.tenant.give(2, email, donor={**nothing, name: value}) for name, value in brought.items()
        ]
        donor = await _donor(house, (await asyncio.gather(*gifts))[0]["donorId"])
        told = {**donor, **donor["primaryAddress"]}
        assert {name: told[name] for name in brought} == brought


async def test_one_new_donor_in_many_simultaneous_gifts(house: House) -> None:
    """Twenty gifts arrive together: some share a batch, some meet in two batches; there is one donor."""
    gifts = await asyncio.gather(
        *(house.tenant.give(n + 1, email=f"{'aA'[n % 2]}da@example.org") for n in range(20))
    )
    assert len({gift["donorId"] for gift in gifts}) == 1
    assert len({gift["id"] for gift in gifts}) == 20
    assert await _counts(house) == (1, 20, 21)


async def test_new_donors_in_two_batches_at_once(house: House) -> None:
    """Two writers hold one new donor each and want the other's: each e-mail ends as one donor, no gift is lost."""
    rng = random.Random(7)
    wanted = [f"donor{rng.randrange(12)}@example.org" for _ in range(120)]
    gifts = await asyncio.gather(*(house.tenant.give(1, email=email) for email in wanted))
    donors = {(email, gift["donorId"]) for email, gift in zip(wanted, gifts, strict=True)}
    assert len(donors) == len(set(wanted))
    assert (await _counts(house))[:2] == (len(set(wanted)), 120)


# --- a gift that comes twice ---------------------------------------------------------------------------------


async def test_the_same_key_and_body_is_the_same_gift(house: House) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await house.tenant.raise_.call("POST", GIVE, json=give_body(10), headers=headers)
    again = await house.tenant.raise_.call("POST", GIVE, json=give_body(10), headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert await _counts(house) == (1, 1, 2)


async def test_the_same_key_with_another_body_is_a_conflict_and_stores_nothing(house: House) -> None:
    headers = {"Idempotency-Key": "one"}
    await house.tenant.raise_.post(GIVE, give_body(10), headers=headers)
    before = await _counts(house)
    other = await house.tenant.raise_.call(
        "POST", GIVE, json=give_body(11, email="new@example.org"), headers=headers
    )
    assert other.status_code == 409, other.text
    assert await _counts(house) == before


async def test_twenty_at_once_with_one_key_are_one_gift(house: House) -> None:
    body, headers = give_body(10), {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(house.tenant.raise_.call("POST", GIVE, json=body, headers=headers) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await _counts(house) == (1, 1, 2)


async def test_a_key_belongs_to_its_organization(house: House) -> None:
    other, headers = await house.another_tenant(), {"Idempotency-Key": "one"}
    first = await house.tenant.raise_.post(GIVE, give_body(10), headers=headers)
    second = await other.raise_.post(GIVE, give_body(99), headers=headers)
    assert first["id"] != second["id"]


async def test_a_source_key_makes_a_repeat_harmless_and_a_change_a_conflict(house: House) -> None:
    source = {"transactionSource": "ledger", "transactionId": "T-1"}
    first = await house.tenant.give(10, **source)
    again = await house.tenant.give(10, **source)
    assert first["id"] == again["id"]
    changed = await house.tenant.raise_.call("POST", GIVE, json=give_body(11, **source))
    assert changed.status_code == 409
    assert await _counts(house) == (1, 1, 2)


async def test_two_keys_of_two_gifts_in_one_request_are_a_conflict(house: House) -> None:
    """The Idempotency-Key is the first gift's, the source key the second's: it is neither."""
    source = {"transactionSource": "ledger", "transactionId": "T-1"}
    await house.tenant.raise_.post(GIVE, give_body(10), headers={"Idempotency-Key": "first"})
    await house.tenant.raise_.post(GIVE, give_body(20, **source), headers={"Idempotency-Key": "second"})
    answer = await house.tenant.raise_.call(
        "POST", GIVE, json=give_body(20, **source), headers={"Idempotency-Key": "first"}
    )
    assert answer.status_code == 409
    assert (await _counts(house))[1] == 2


async def test_gifts_without_keys_are_never_taken_for_repeats(house: House) -> None:
    first, second = await house.tenant.give(10), await house.tenant.give(10)
    assert first["id"] != second["id"]


# --- what is refused -----------------------------------------------------------------------------------------


async def test_every_unknown_thing_is_named_at_once_and_nothing_is_stored(house: House) -> None:
    closed = await house.tenant.raise_.post(
        "/raise/api/Project", {"name": "Closed", "code": "CLOSED", "isActive": False}
    )
    body = give_body(
        30,
        campaignId=999_999,
        projects=[
            {"code": "NOPE", "amount": 10},
            {"projectId": closed["id"], "amount": 10},
            {"projectId": 888_888, "amount": 10},
        ],
    )
    answer = await house.tenant.raise_.call("POST", GIVE, json=body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {
        "campaignId",
        "projects[0].code",
        "projects[1].projectId",
        "projects[2].projectId",
    }
    assert await _counts(house) == (0, 0, 0)


async def test_a_misspelt_code_is_refused_with_the_nearest_that_a_form_may_offer(house: House) -> None:
    tenant = house.tenant
    other = await house.another_tenant()
    await other.raise_.post("/raise/api/Project", {"name": "Theirs", "code": "WELLS-THEIRS"})
    for code, more in (("WELLS-2026", {}), ("WELLS-2025", {"isActive": False}), ("WELLS-2024", {})):
        await tenant.raise_.post("/raise/api/Project", {"name": code, "code": code, **more})
    twin = {"name": "Twin", "projectCode": "WELLS-2024", "isAvailableOnline": False}
    await tenant.crm.post("/crm/api/Project", twin)
    split = [{"code": code, "amount": 10} for code in ("Wels-2026", "CREDITCARDCOST", "xyz")]
    answer = await tenant.raise_.call("POST", GIVE, json=give_body(30, projects=split))
    unknown = "There is no project with this id or code."
    assert answer.json()["errors"] == {
        "projects[0].code": [f"{unknown} Did you mean one of these: WELLS-2026?"],
        "projects[1].code": [unknown],
        "projects[2].code": [unknown],
    }
    lists_all = await tenant.raise_.call("POST", GIVE, json=give_body("x", projects=[{"code": "Wels-2026"}]))
    assert lists_all.json()["errors"]["projects[0].code"] == answer.json()["errors"]["projects[0].code"]
    assert set(lists_all.json()["errors"]) > {"projects[0].code"}


async def test_the_projects_and_campaigns_of_another_organization_are_unknown(house: House) -> None:
    other = await house.another_tenant()
    project = await other.raise_.post("/raise/api/Project", {"name": "Theirs", "code": "THEIRS"})
    campaign = await other.raise_.post(
        "/raise/api/Campaign", {"name": "Theirs", "startDate": "2025-01-01T00:00:00Z"}
    )
    body = give_body(30, campaignId=campaign["id"], projects=[{"projectId": project["id"]}])
    answer = await house.tenant.raise_.call("POST", GIVE, json=body)
    assert set(answer.json()["errors"]) == {"campaignId", "projects[0].projectId"}
    assert await _counts(house) == (0, 0, 0)


async def test_one_bad_gift_among_many_fails_alone(house: House) -> None:
    bodies = [
        give_body(n + 1, email=f"d{n}@example.org", projects=[{"code": "NOPE" if n == 11 else "general"}])
        for n in range(24)
    ]
    answers = await asyncio.gather(*(house.tenant.raise_.call("POST", GIVE, json=body) for body in bodies))
    assert [n for n, answer in enumerate(answers) if answer.status_code != 200] == [11]
    assert answers[11].status_code == 400
    assert (await _counts(house))[:2] == (23, 23)


@pytest.mark.parametrize("token", sorted(DECLINED))
async def test_a_declined_card_makes_no_gift_and_no_donor(house: House, token: str) -> None:
    answer = await house.tenant.raise_.call("POST", GIVE, json=give_body(10, paymentMethodId=token))
    assert answer.status_code == 400
    assert DECLINED[token] in answer.json()["detail"]
    assert await _counts(house) == (0, 0, 0)


async def test_a_decline_does_not_use_the_key_up(house: House) -> None:
    headers = {"Idempotency-Key": "one"}
    declined = await house.tenant.raise_.call(
        "POST", GIVE, json=give_body(10, paymentMethodId="tok_declined"), headers=headers
    )
    taken = await house.tenant.raise_.call("POST", GIVE, json=give_body(10), headers=headers)
    assert (declined.status_code, taken.status_code) == (400, 200)


async def test_a_gift_that_names_no_project_goes_to_the_default_one(house: House) -> None:
    gift = await house.tenant.give("12.34")
    assert [(part["name"], part["amount"]) for part in gift["projects"]] == [("General Fund", "$12.34")]


async def test_the_day_of_a_gift_is_the_organization_s_and_never_in_the_future(dsn: str) -> None:
    clock = ManualClock(datetime(2025, 3, 1, 7, 30, tzinfo=UTC))  # still 28 February in Los Angeles
    async with open_house(dsn, clock=clock) as house:
        west = await house.another_tenant("West", time_zone="America/Los_Angeles")
        assert (await west.give(10))["date"] == "2025-02-28"
        assert (await house.tenant.give(10))["date"] == "2025-03-01"
        for tenant, day, status in (
            (west, "2025-02-28", 200),
            (west, "2025-03-01", 400),
            (house.tenant, "2025-03-01", 200),
            (house.tenant, "2025-03-02", 400),
            (house.tenant, "1899-12-31", 400),
        ):
            answer = await tenant.raise_.call("POST", GIVE, json=give_body(10, date=day))
            assert answer.status_code == status, (day, answer.text)
        clock.advance(timedelta(hours=1))
        assert (await west.give(10))["date"] == "2025-03-01"
