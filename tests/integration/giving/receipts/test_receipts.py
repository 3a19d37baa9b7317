"""Receipts from the gift to the letter, through the API, the log and a folder for mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from statistics import mode
from typing import Any

import pytest
from msgspec.structs import replace

from almoner.giving.receipts import statements
from almoner.giving.receipts.issuing import issue
from almoner.giving.receipts.rules import REASONS, Cause, Facts, Plan, plan_of
from almoner.giving.receipts.statements import go_on
from almoner.kernel.clock import ManualClock
from tests.support.desk import Desk, receipts
from tests.support.house import House, Tenant
from tests.support.rows import OwnRows, as_owner

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Desk:
    return Desk(house, tmp_path)


async def correct(tenant: Tenant, gift: Any, **said: Any) -> None:
    answer = await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json=said)
    assert answer.status_code == 200, answer.text


async def setting(tenant: Tenant, **said: Any) -> Any:
    answer = await tenant.raise_.call("PATCH", "/raise/api/Receipt/setting", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pdf_of(message: EmailMessage) -> bytes:
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "application/pdf"
    content: bytes = attachment.get_content()
    return content


async def test_a_gift_is_receipted_and_its_donor_gets_it_by_mail(house: House, desk: Desk) -> None:
    tenant = house.tenant
    gift = await tenant.give(50, "ada@example.org")
    await desk.settle()
    (receipt,) = await receipts(tenant)
    year = gift["date"][:4]
    assert receipt["number"] == f"{year}-000001" and receipt["giftId"] == gift["id"]
    assert (receipt["state"], receipt["amount"], receipt["deductibleAmount"]) == ("issued", 50, 50)
    assert receipt["letterState"] == "sent" and receipt["fallback"] is None
    (message,) = desk.mail(tenant)
    assert message["To"] == "ada@example.org" and receipt["number"] in message["Subject"]
    assert "$50.00" in message.get_body().get_content()  # type: ignore[union-attr]
    sent = pdf_of(message)
    download = await tenant.raise_.call("GET", f"/raise/api/Receipt/{receipt['id']}/pdf")
    assert download.headers["content-type"] == "application/pdf" and download.content[:5] == b"%PDF-"
    assert sent == download.content, "what is downloaded is what was sent"


async def test_what_was_said_stays_whatever_changes_since(house: House, desk: Desk) -> None:
    tenant = house.tenant
    await tenant.give(50)
    await desk.settle()
    (receipt,) = await receipts(tenant)
    before = (await tenant.raise_.call("GET", f"/raise/api/Receipt/{receipt['id']}/pdf")).content
    await setting(
        tenant,
        legalName="Another name",
        templates={"paper": "Hello {{ donor.name }}", "label_receipt": "Quittung"},
    )
    after = (await tenant.raise_.call("GET", f"/raise/api/Receipt/{receipt['id']}/pdf")).content
    assert before == after


async def test_a_gift_without_an_address_or_in_test_mode(house: House, desk: Desk) -> None:
    tenant = house.tenant
    await tenant.give(5, None, donor={"sourceSystem": "old", "sourceKey": "7"})
    await tenant.give(6, isTestMode=True)
    await desk.settle()
    (receipt,) = await receipts(tenant)
    assert (receipt["amount"], receipt["letterId"]) == (5, None)
    assert desk.mail(tenant) == []
    answer = await tenant.raise_.call("POST", f"/raise/api/Receipt/{receipt['id']}/resend")
    assert answer.status_code == 409 and "name one" in answer.text
    letter = await tenant.raise_.post(
        f"/raise/api/Receipt/{receipt['id']}/resend", {"email": "bob@example.org"}
    )
    await desk.settle()
    assert letter["state"] == "queued" and desk.mail(tenant)[0]["To"] == "bob@example.org"


async def test_a_gift_brought_over_has_its_receipt_from_elsewhere_unless_asked_for(
    house: House, desk: Desk
) -> None:
    tenant = house.tenant
    gift = await tenant.give(5, transactionSource="old", transactionId="1")
    await desk.settle()
    assert await receipts(tenant) == []
    made = await tenant.raise_.post(f"/raise/api/Receipt/gift/{gift['id']}")
    assert made["giftId"] == gift["id"]
    again = await tenant.raise_.call("POST", f"/raise/api/Receipt/gift/{gift['id']}")
    assert again.status_code == 409
    await setting(tenant, includesImported=True)
    await tenant.give(6, transactionSource="old", transactionId="2")
    await desk.settle()
    assert [one["amount"] for one in await receipts(tenant)] == [5, 6]


async def test_only_what_is_for_deductible_projects_is_deductible(house: House, desk: Desk) -> None:
    tenant = house.tenant
    project = {"name": "Gala", "code": "GALA", "isTaxDeductible": False}
    gala = await tenant.raise_.post("/raise/api/Project", project)
    assert gala["isTaxDeductible"] is False
    await tenant.give(100, projects=[{"code": "GALA", "amount": 60}, {"code": "GENERAL", "amount": 40}])
    await desk.settle()
    (receipt,) = await receipts(tenant)
    assert (receipt["amount"], receipt["deductibleAmount"]) == (100, 40)


async def test_a_corrected_gift_gets_another_receipt_and_the_old_number_stays_used(
    house: House, desk: Desk
) -> None:
    tenant = house.tenant
    gift = await tenant.give(50)
    await desk.settle()
    await correct(tenant, gift, notes="of no weight")
    await desk.settle()
    assert len(await receipts(tenant)) == 1, "words are not what a receipt is said of"
    await correct(tenant, gift, amount=30)
    await desk.settle()
    old, new = await receipts(tenant)
    assert (old["state"], old["reason"], old["amount"]) == ("void", "The gift was corrected.", 50)
    assert (new["state"], new["amount"], new["replacesId"]) == ("issued", 30, old["id"])
    assert old["replacedById"] == new["id"] and new["number"].endswith("-000002")
    assert old["number"] in desk.mail(tenant)[1].get_body().get_content()  # type: ignore[union-attr]
    marked = (await tenant.raise_.call("GET", f"/raise/api/Receipt/{old['id']}/pdf")).content
    assert marked != pdf_of(desk.mail(tenant)[0]), "a void one says so"


@pytest.mark.parametrize("typed", ["Not wished.", REASONS[Cause.CORRECTED]])
async def test_a_receipt_is_voided_by_hand_with_or_without_another(
    house: House, desk: Desk, typed: str
) -> None:
    tenant = house.tenant
    gift = await tenant.give(50)
    await desk.settle()
    (first,) = await receipts(tenant)
    second = await tenant.raise_.post(f"/raise/api/Receipt/{first['id']}/void", {"reason": "A wrong name."})
    assert second["replacesId"] == first["id"] and second["state"] == "issued"
    answer = await tenant.raise_.call(
        "POST", f"/raise/api/Receipt/{first['id']}/void", json={"reason": "Again"}
    )
    assert answer.status_code == 409
    third = await tenant.raise_.post(
        f"/raise/api/Receipt/{second['id']}/void", {"reason": typed, "reissue": False}
    )
    assert (third["id"], third["state"], third["reason"]) == (second["id"], "void", typed)
    assert third["cause"] == "asked"
    await correct(tenant, gift, amount=30)
    await desk.settle()
    assert len(await receipts(tenant)) == 2, (
        "what somebody took away comes back by nobody's hand but somebody's"
    )


async def test_a_gift_given_back_whole_voids_its_receipt_and_tells_the_donor(
    house: House, desk: Desk, tmp_path: Path
) -> None:
    """The rule, the writing and the letter; what went back is put into the facts by hand."""
    tenant = house.tenant
    gift = await tenant.give(50)
    await desk.settle()

    def given_back(facts: Facts) -> Plan:
        return plan_of(replace(facts, parts=()), is_automatic=True, includes_imported=False, starts_at=None)

    async with house.app.db.tenant(tenant.id) as tx:
        assert await issue(tx, [gift["id"]], datetime.now(UTC), "", given_back) == 1
    await desk.settle()
    (receipt,) = await receipts(tenant)
    assert (receipt["state"], receipt["cause"]) == ("void", "given_back")
    assert receipt["reason"] == "The gift was given back."
    told = desk.mail(tenant)[1]
    assert "does not hold any more" in told["Subject"] and "$50.00" in told.get_content()
    # It counts again (a dispute that was won): another is written, in the place of the old one.
    await correct(tenant, gift, amount=20)
    await desk.settle()
    assert [one["state"] for one in await receipts(tenant)] == ["void", "issued"]


async def test_a_gift_that_cannot_be_read_is_told_and_holds_up_no_other(
    house: House, desk: Desk, rows: OwnRows
) -> None:
    tenant = house.tenant
    gifts = [await tenant.give(amount) for amount in (1, 2, 3)]
    async with as_owner(house.app.db, tenant.id) as tx:
        await tx.conn.execute("ALTER TABLE giving.gift DISABLE TRIGGER USER")
        await tx.conn.execute(
            "UPDATE giving.gift SET project_ids = ARRAY[987654321] WHERE organization_id = $1 AND id = $2",
            tenant.id, gifts[1]["id"],
        )  # fmt: skip
        await tx.conn.execute("ALTER TABLE giving.gift ENABLE TRIGGER USER")
    await desk.settle()
    written = await receipts(tenant)
    assert [one["giftId"] for one in written] == [gifts[0]["id"], gifts[2]["id"]]
    assert [one["number"][-1] for one in written] == ["1", "2"]
    (trouble,) = await rows.fetch(
        "SELECT gift_id, reason FROM giving.receipt_trouble WHERE organization_id = $1"
    )
    assert trouble["gift_id"] == gifts[1]["id"] and "project" in trouble["reason"]


async def test_a_template_that_fails_is_refused_with_line_and_cure(house: House) -> None:
    tenant = house.tenant
    texts = {
        "subject": "Thanks {{ donor.nmae }}",
        "text": "one\n{% for x in parts %}{{ x.amount() }}{% endfor %}",
        "sbject": "x",
    }
    answer = await tenant.raise_.call("PATCH", "/raise/api/Receipt/setting", json={"templates": texts})
    errors = answer.json()["errors"]
    assert answer.status_code == 400
    assert "Did you mean 'name'?" in str(errors["templates.subject"])
    assert "Line 2" in str(errors["templates.text"]) and "calls" in str(errors["templates.text"])
    assert "subject" in str(errors["templates.sbject"])
    kept = await tenant.raise_.get("/raise/api/Receipt/setting")
    assert kept["templates"] == {}


async def test_a_stored_template_that_fails_after_all_falls_back_and_says_so(
    house: House, desk: Desk
) -> None:
    tenant = house.tenant
    await setting(tenant, templates={"subject": "Danke {{ donor.first_name }}"}, locale="de-CH")
    async with as_owner(house.app.db, tenant.id) as tx:
        await tx.conn.execute(
            """UPDATE giving.receipt_setting SET templates = templates || '{"text": "{{ nobody.knows }}"}' WHERE organization_id = $1""",
            tenant.id,
        )
    await tenant.give(50)
    await desk.settle()
    (receipt,) = await receipts(tenant)
    assert receipt["letterState"] == "sent" and receipt["fallback"].startswith("text: ")
    (message,) = desk.mail(tenant)
    assert message["Subject"] == "Danke Ada" and "Thank you" in message.get_body().get_content()  # type: ignore[union-attr]


async def test_html_letters_escape_what_donors_write(house: House, desk: Desk) -> None:
    tenant = house.tenant
    await setting(
        tenant,
        templates={"html": "<p>Dear {{ donor.name }}</p>"},
        senderEmail="give@house.org",
        senderName="House",
    )
    await tenant.give(50, donor={"firstName": "<script>", "lastName": "x"})
    await desk.settle()
    (message,) = desk.mail(tenant)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert message["From"] == "House <give@house.org>"


async def test_numbers_begin_anew_with_the_organization_s_year_and_go_on_when_a_clock_steps_back(
    house: House, tmp_path: Path
) -> None:
    tenant = house.tenant
    clock = ManualClock(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    desk = Desk(house, tmp_path, clock)
    await tenant.give(1)
    await desk.issue()
    clock.advance(timedelta(hours=12))
    await tenant.give(2)
    await desk.issue()
    clock.advance(-timedelta(hours=12))
    await tenant.give(3)
    await desk.issue()
    assert [one["number"] for one in await receipts(tenant)] == ["2026-000001", "2027-000001", "2026-000002"]


async def test_the_statement_of_a_merged_donor_is_the_survivor_s(house: House, desk: Desk) -> None:
    tenant = house.tenant
    first = await tenant.give(20, "ada@example.org", date="2025-03-01")
    twin = await tenant.give(10, "a.example@example.org", date="2025-04-01")
    await tenant.raise_.post(f"/raise/api/Donor/{first['donorId']}/merge", {"duplicateId": twin["donorId"]})
    await desk.settle()
    paths = [f"/raise/api/Donor/{gift['donorId']}/statement/2025" for gift in (first, twin)]
    mine, merged = [await tenant.raise_.get(path) for path in paths]
    assert mine == merged
    assert (merged["donorId"], [one["amount"] for one in merged["sums"]]) == (first["donorId"], [30])
    mine, merged = [(await tenant.raise_.call("GET", f"{path}/pdf")).content for path in paths]
    assert mine == merged


async def test_statements_of_a_year_for_one_and_for_all(house: House, desk: Desk) -> None:
    tenant = house.tenant
    first = await tenant.give(50, "ada@example.org", date="2025-03-01")
    await tenant.give(20, "ada@example.org", date="2025-12-31", currencyCode="EUR")
    await tenant.give(70, "ada@example.org", date="2024-12-31")
    await tenant.give(30, "bob@example.org", date="2025-06-01")
    await desk.settle()
    donor = first["donorId"]
    statement = await tenant.raise_.get(f"/raise/api/Donor/{donor}/statement/2025")
    assert [(one["currency"], one["amount"]) for one in statement["sums"]] == [("EUR", 20), ("USD", 50)]
    await correct(tenant, first, amount=10)  # in a later year
    await desk.settle()
    statement = await tenant.raise_.get(f"/raise/api/Donor/{donor}/statement/2025")
    assert [(one["currency"], one["amount"]) for one in statement["sums"]] == [("EUR", 20), ("USD", 10)]
    printed = await tenant.raise_.call("GET", f"/raise/api/Donor/{donor}/statement/2025/pdf")
    assert printed.content[:5] == b"%PDF-"
    before = len(desk.mail(tenant))
    run = await tenant.raise_.post("/raise/api/Receipt/statements", {"year": 2025, "isMailed": True})
    assert (run["state"], run["donorCount"]) == ("running", 2)
    twice = await tenant.raise_.call("POST", "/raise/api/Receipt/statements", json={"year": 2025})
    assert twice.status_code == 409
    async with house.app.db.tenant(tenant.id) as tx:
        later = datetime.now(UTC)
        assert await go_on(tx, run["id"], later, "", 1e9) == 2
        assert await go_on(tx, run["id"], later, "", 1e9) == 0
    await desk.settle()
    over = await tenant.raise_.get(f"/raise/api/Receipt/statements/{run['id']}")
    assert (over["state"], over["doneCount"], over["failedCount"]) == ("done", 2, 0)
    letters = desk.mail(tenant)[before:]
    assert sorted(one["To"] for one in letters) == ["ada@example.org", "bob@example.org"]
    (of_ada,) = [one for one in letters if one["To"] == "ada@example.org"]
    assert "€20.00" in str(of_ada.get_body().get_content())  # type: ignore[union-attr]


async def round_of(house: House, desk: Desk, **said: Any) -> Any:
    """A round of mailed statements of 2025, to its end."""
    tenant = house.tenant
    run = await tenant.raise_.post("/raise/api/Receipt/statements", {"year": 2025, "isMailed": True, **said})
    async with house.app.db.tenant(tenant.id) as tx:
        while await go_on(tx, run["id"], datetime.now(UTC), "", 1e9):
            pass
    await desk.settle()
    return await tenant.raise_.get(f"/raise/api/Receipt/statements/{run['id']}")


async def test_who_was_sent_the_same_sums_is_not_sent_them_again(house: House, desk: Desk) -> None:
    tenant = house.tenant
    gift = await tenant.give(50, "ada@example.org", date="2025-03-01")
    await tenant.give(30, "bob@example.org", date="2025-06-01")
    await desk.settle()
    start = len(desk.mail(tenant))
    first = await round_of(house, desk)
    assert (first["doneCount"], first["skippedCount"]) == (2, 0) and len(desk.mail(tenant)) == start + 2
    second = await round_of(house, desk)
    assert (second["doneCount"], second["skippedCount"]) == (2, 2) and len(desk.mail(tenant)) == start + 2
    await correct(tenant, gift, amount=10)
    await desk.settle()
    start = len(desk.mail(tenant))
    third = await round_of(house, desk)
    assert third["skippedCount"] == 1
    (letter,) = desk.mail(tenant)[start:]
    assert letter["To"] == "ada@example.org" and "10.00" in str(letter.get_body().get_content())  # type: ignore[union-attr]
    fourth = await round_of(house, desk, mailsAgain=True)
    assert fourth["skippedCount"] == 0 and len(desk.mail(tenant)) == start + 3


async def test_statements_of_before_sums_were_kept_are_known_by_what_they_say(
    house: House, desk: Desk
) -> None:
    tenant = house.tenant
    await tenant.give(50, "ada@example.org", date="2025-03-01")
    await desk.settle()
    await round_of(house, desk)
    async with as_owner(house.app.db, tenant.id) as tx:
        await tx.conn.execute("UPDATE giving.statement SET sums = NULL WHERE organization_id = $1", tenant.id)
    assert (await round_of(house, desk))["skippedCount"] == 1


async def test_a_portion_names_so_many_gifts_and_a_statement_the_first_ones(
    house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "PORTION_ROWS", 3)
    monkeypatch.setattr(statements, "ROWS_MAX", 2)
    tenant = house.tenant
    for email in ("ada@example.org",) * 4 + ("bob@example.org",) * 2 + ("cy@example.org",):
        await tenant.give(5, email, date="2025-03-01")
    await desk.settle()
    donor = mode(one["donorId"] for one in await receipts(tenant))
    told = await tenant.raise_.get(f"/raise/api/Donor/{donor}/statement/2025")
    assert len(told["gifts"]) == 2 and told["sums"][0]["amount"] == 20, "the sums are of all"
    run = await tenant.raise_.post("/raise/api/Receipt/statements", {"year": 2025})
    async with house.app.db.tenant(tenant.id) as tx:
        done = [await go_on(tx, run["id"], datetime.now(UTC), "", 1e9) for _ in range(3)]
    assert done == [1, 2, 0], "two of four, then two and one"
