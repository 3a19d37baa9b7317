"""A donor who asks to be forgotten: no table holds a word of the person any more, and the books hold every cent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from almoner.giving.erasures.service import look
from almoner.giving.receipts.issuing import issue
from almoner.platform.database.files import load_migrations
from almoner.platform.database.python_migrations import loaded
from tests.support.desk import Desk, receipts
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

WORDS = (
    "zwetschge",
    "quittenweg",
    "5550177",
    "mirabelle",
    "holunder",
    "wachholder",
    "sanddorn",
    "berberitze",
    "kornelkirsche",
    "eberesche",
    "schlehdorn",
)
"""Nobody else says them: an address, a street, a number, a name, a comment, a note, a reason; who is honored, where it was sent, and with what."""
DETAILS = {
    "tribute": {
        "type": "InMemoryOf",
        "name": "Berberitze",
        "message": "Berberitze",
        "notifyName": "Berberitze",
        "notifyEmail": "berberitze@example.org",
        "notifyAddress": "1 Berberitze St",
    },
    "billingName": "Mirabelle Kornelkirsche",
    "billingAddress": {
        "address1": "1 Kornelkirsche",
        "address2": "Kornelkirsche",
        "city": "Kornelkirsche",
        "postal": "Kornelkirsche",
    },
    "shippingName": "Mirabelle Kornelkirsche",
    "shippingAddress": {"address1": "2 Kornelkirsche", "city": "Kornelkirsche", "state": "Kornelkirsche"},
    "submissionUrl": "https://give.example.org/?for=eberesche",
    "browserInfo": {"name": "Eberesche", "version": "1"},
    "googleGclid": "eberesche",
}
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relnamespace::regnamespace::text IN ('platform', 'giving', 'crm', 'sync')
"""


async def places_of(house: House) -> dict[str, set[str]]:
    """The tables that hold each word somewhere, of all that the organization's server has."""
    found: dict[str, set[str]] = {}
    async with as_owner(house.app.db, house.tenant.id) as tx:
        for (table,) in await tx.conn.fetch(_TABLES):
            for word in WORDS:
                holds = f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ILIKE $1)"
                if await tx.conn.fetchval(holds, f"%{word}%"):
                    found.setdefault(word, set()).add(table)
    return found


async def known(house: House, desk: Desk) -> Any:
    """A gift of somebody of whom a lot is known: two addresses, corrections, a merge, a gift that moved, answers that are kept."""
    tenant = house.tenant
    person = {
        "firstName": "Mirabelle",
        "lastName": "Mirabelle",
        "phone": "5550177",
        "address1": "1 Quittenweg",
    }
    await tenant.raise_.post("/raise/api/CustomField", {"name": "Called", "dataType": "Text"})
    body = {"comment": "Holunder", "notes": "Wachholder", **DETAILS}
    gift = await tenant.give(10, "zwetschge@example.org", donor=person, **body)
    path = f"/raise/api/Donor/{gift['donorId']}"
    await tenant.raise_.post(
        f"{path}/contact-methods", {"kind": "email", "value": "zwetschge@work.example.org"}
    )
    await tenant.raise_.call(
        "PATCH",
        path,
        json={"middleName": "Mirabelle", "notes": "Wachholder", "customFields": {"Called": "Schlehdorn"}},
        headers={"Idempotency-Key": "once"},
    )
    await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"notes": "Wachholder again"})
    await tenant.raise_.call("PATCH", path, json={"middleName": "M.", "customFields": {"Called": ""}})
    named = {**person, "customFields": {"Called": "Schlehdorn too"}}
    twin = await tenant.give(5, "mirabelle.zwetschge@example.org", donor=named)
    wrong = await tenant.give(3, "bo@example.org", comment="Holunder")
    await house.settle()
    await desk.settle()
    await tenant.raise_.post(
        f"/raise/api/Gift/{wrong['id']}/transfer", {"donorId": gift["donorId"], "reason": "Sanddorn"}
    )
    await tenant.raise_.post(f"{path}/merge", {"duplicateId": twin["donorId"], "reason": "Sanddorn"})
    await house.settle()
    return gift


async def written_to(house: House, desk: Desk, gift: Any) -> None:
    """Receipts, letters, a statement of the year; a refund, a void, thanks: with the words of who did it."""
    raise_ = house.tenant.raise_
    setting = {"templates": {"legal": "For {{ donor.name }}."}}
    assert (await raise_.call("PATCH", "/raise/api/Receipt/setting", json=setting)).status_code == 200
    await desk.settle()
    (first,) = await receipts(house.tenant, giftId=gift["id"])
    await raise_.post(f"/raise/api/Receipt/{first['id']}/void", {"reason": "Sanddorn", "reissue": True})
    await raise_.post(f"/raise/api/Gift/{gift['id']}/acknowledge", {"note": "Sanddorn"})
    await raise_.post(f"/raise/api/Gift/{gift['id']}/refund", {"amount": 1, "reason": "Sanddorn"})
    await raise_.post("/raise/api/Receipt/statements", {"year": int(gift["date"][:4]), "isMailed": True})
    await desk.settle()


async def said_on_paper(house: House) -> dict[int, Any]:
    """What each receipt says on paper."""
    async with as_owner(house.app.db, house.tenant.id) as tx:
        rows = await tx.conn.fetch(
            "SELECT id, said::text FROM giving.receipt WHERE organization_id = $1 ORDER BY id",
            house.tenant.id,
        )
    return {id_: msgspec.json.decode(said)["paper"] for id_, said in rows}


async def test_no_table_holds_a_word_of_the_person(house: House, tmp_path: Path) -> None:
    desk = Desk(house, tmp_path)
    gift = await known(house, desk)
    await written_to(house, desk, gift)
    raise_, path = house.tenant.raise_, f"/raise/api/Donor/{gift['donorId']}"
    places = await places_of(house)
    assert set(places) == set(WORDS)
    spoken = {
        "giving.receipt",
        "giving.donor_letter",
        "giving.statement",
        "giving.gift_detail",
        "giving.reversal",
        "giving.gift_acknowledgement",
    }
    assert spoken <= set().union(*places.values())
    before = await receipts(house.tenant)
    told = await said_on_paper(house)
    await raise_.post(f"/raise/api/Receipt/{before[-1]['id']}/resend", {})
    key = (await raise_.get(path))["crmKey"]
    seen = await raise_.get(f"{path}/erasure")
    assert (seen["isDone"], len(seen["mergedDonorIds"])) == (False, 1)
    assert set(await places_of(house)) == set(WORDS)
    done = await raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    assert done == seen | {"isDone": True}
    await house.settle()
    assert await places_of(house) == {}
    sent = len(desk.mail(house.tenant))
    await desk.settle()
    assert await places_of(house) == {} and len(desk.mail(house.tenant)) == sent
    await same_books(house, before, told)
    donor = await raise_.get(path)
    assert (donor["isGDPRDeleted"], donor["isArchived"], donor["email"], donor["name"]) == (
        True,
        True,
        None,
        "",
    )
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{key}")
    assert (contact["name"], contact["lifeToDateGiving"]) == ("Erased contact", "$17.00")
    assert (await raise_.get(f"{path}/gifts"))["total"] == 3
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def same_books(house: House, before: list[Any], told: dict[int, Any]) -> None:
    """Receipts hold the numbers, days and money that they held, say "Erased" for the name, are printed, and are not sent any more."""
    raise_ = house.tenant.raise_
    books = ("number", "state", "amount", "deductibleAmount", "giftDate", "donorId", "replacesNumber")
    after, papers = await receipts(house.tenant), await said_on_paper(house)
    assert [[one[name] for name in books] for one in after] == [
        [one[name] for name in books] for one in before
    ]
    others = {one["id"] for one in before if papers[one["id"]] == told[one["id"]]}
    assert [told[id_]["to"] for id_ in others] == [["Ada Example"]]  # bo@example.org's, whose gift moved away
    for one in after:
        paper = papers[one["id"]]
        assert one["id"] in others or (paper["to"], paper["text"], paper["legal"]) == (["Erased"], [], "")
        assert [paper[part] for part in ("heads", "rows", "totals")] == [
            told[one["id"]][part] for part in ("heads", "rows", "totals")
        ]
    latest = after[-1]
    printed = await raise_.call("GET", f"/raise/api/Receipt/{latest['id']}/pdf")
    assert printed.content.startswith(b"%PDF")
    letters = (await raise_.get("/raise/api/Receipt/letter/list", Take=100))["items"]
    mine = [one for one in letters if one["address"] != "bo@example.org"]
    assert {(one["subject"], one["address"], one["state"]) for one in mine} == {("Erased", "", "sent")}
    for path in (f"Receipt/{latest['id']}/resend", f"Receipt/letter/{mine[0]['id']}/resend"):
        answer = await raise_.call("POST", f"/raise/api/{path}", json={"email": "bo@example.org"})
        assert (answer.status_code, answer.json()["code"]) == (409, "NO_ADDRESS"), answer.text


async def test_an_erasure_waits_for_a_receipt_that_is_being_written(house: House) -> None:
    """Its writer knew the donor by name, and commits while the erasure is on its way."""
    gift = await house.tenant.give(10, "zwetschge@example.org")
    path = f"/raise/api/Donor/{gift['donorId']}/erasure"
    async with house.app.db.tenant(house.tenant.id) as writer, as_owner(house.app.db, house.tenant.id) as tx:
        assert await issue(writer, [gift["id"]], house.app.clock.now(), "") == 1
        erasing = asyncio.create_task(house.tenant.raise_.post(path, {"confirmedDonorId": gift["donorId"]}))
        while not erasing.done() and not await tx.conn.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        ):
            await asyncio.wait({erasing}, timeout=0.01)
        assert not erasing.done()
    await erasing
    await house.settle()
    assert await places_of(house) == {}
    assert [one["amount"] for one in await receipts(house.tenant)] == [10]


_UNSEEN = "SELECT count(*) FROM platform.idempotency WHERE organization_id = $1 AND about IS NULL AND answer IS NOT NULL"
_KEPT = "SELECT product, key, answer IS NOT NULL AS is_there FROM platform.idempotency WHERE organization_id = $1 ORDER BY 1, 2"


@pytest.mark.parametrize("kept_by", ["this", "the program before", "the program before, seen since"])
async def test_only_answers_that_speak_of_the_person_are_forgotten(house: House, kept_by: str) -> None:
    """A name may stand in the names of fields, and in answers of others; the same key may be there in both products."""
    raise_, crm = house.tenant.raise_, house.tenant.crm
    gift = await house.tenant.give(10, "don@example.org", donor={"firstName": "Don", "lastName": "Tim"})
    other = await house.tenant.give(10, "bo@example.org", donor={"firstName": "Don", "lastName": "Tim"})
    path = f"/raise/api/Donor/{gift['donorId']}"
    asked = (
        ("PATCH", path, {"lastName": "Other"}, "his"),
        ("POST", f"{path}/contact-methods", {"kind": "phone", "value": "5550177"}, "his-phone"),
        ("PATCH", f"/raise/api/Gift/{gift['id']}", {"notes": "Wachholder"}, "his-gift"),
        ("PATCH", f"/raise/api/Donor/{other['donorId']}", {"lastName": "Timid"}, "of-another"),
        ("POST", "/raise/api/Campaign", {"name": "Don Tim", "startDate": "2024-09-01"}, "campaign"),
    )
    for method, where, body, key in asked:
        answer = await raise_.call(method, where, json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
    project = {"name": "Don", "projectCode": "DON"}
    made = await crm.call("POST", "/crm/api/Project", json=project, headers={"Idempotency-Key": "his"})
    assert made.status_code == 200
    if is_older := kept_by != "this":
        async with as_owner(house.app.db, house.tenant.id) as tx:
            await tx.conn.execute(
                "UPDATE platform.idempotency SET about = NULL WHERE organization_id = $1", house.tenant.id
            )
            if kept_by.endswith("since"):
                (see,) = [file for file in load_migrations() if file.name.endswith("seen-answers-of-before")]
                await loaded(see)(tx.conn)
                assert await tx.conn.fetchval(_UNSEEN, tx.organization_id) == 0
    done = await raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    await house.settle()
    async with as_owner(house.app.db, house.tenant.id) as tx:
        rows = await tx.conn.fetch(_KEPT, tx.organization_id)
    kept = {(row["product"], row["key"]): row["is_there"] for row in rows}
    gone = sum(not is_there for is_there in kept.values())
    assert done["erased"][0]["records"] == gone
    campaign = kept.pop(("raise", "campaign"))  # of before, one may have the number of a donor
    assert campaign or is_older
    assert kept == {
        ("crm", "his"): True,
        ("raise", "his"): False,
        ("raise", "his-gift"): False,
        ("raise", "his-phone"): False,
        ("raise", "of-another"): True,
    }
    for method, where, body, key in (one for one in asked if one[3] != "campaign"):
        again = await raise_.call(method, where, json=body, headers={"Idempotency-Key": key})
        assert again.status_code == (409 if key.startswith("his") else 200), again.text


async def test_the_crm_forgets_answers_about_the_contact(house: House) -> None:
    gift = await house.tenant.give(10, "zwetschge@example.org")
    key = (await house.tenant.settled("donor", gift["donorId"]))["crmKey"]
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{key}")
    honored = {"contactIndividualId": contact["contactIndividuals"][0]["id"], "lastName": "Mirabelle"}
    for path, body in {
        "ContactNote": {"contactId": key, "note": "Holunder", "type": "Call"},
        "Tribute": {"tributeType": "InMemoryOf", **honored},
    }.items():
        made = await house.tenant.crm.call(
            "POST", f"/crm/api/{path}", json=body, headers={"Idempotency-Key": path}
        )
        assert made.status_code == 200, made.text
    path = f"/raise/api/Donor/{gift['donorId']}/erasure"
    await house.tenant.raise_.post(path, {"confirmedDonorId": gift["donorId"]})
    await house.settle()
    assert await places_of(house) == {}


_HELD = """
SELECT DISTINCT l.relation::regclass::text AS name, l.mode FROM pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND l.granted
"""


async def test_a_look_holds_nothing(house: House) -> None:
    """Who writes the gifts meanwhile is not held up."""
    gift = await house.tenant.give(10, "zwetschge@example.org", comment="Holunder")
    async with house.app.db.tenant(house.tenant.id) as tx:
        await look(tx, gift["donorId"], house.app.clock.now())
        assert [dict(row) for row in await tx.conn.fetch(_HELD)] == []


async def test_a_new_gift_by_the_same_address_is_a_new_donors(house: House) -> None:
    gift = await house.tenant.give(10)
    path = f"/raise/api/Donor/{gift['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    again = await house.tenant.give(20)
    assert again["donorId"] != gift["donorId"]
    await house.settle()
    ones, others = [(await house.tenant.settled("donor", one["donorId"]))["crmKey"] for one in (gift, again)]
    assert ones != others
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_an_erased_donor_is_changed_by_nobody(house: House) -> None:
    gift, raise_ = await house.tenant.give(10), house.tenant.raise_
    path = f"/raise/api/Donor/{gift['donorId']}"
    wrong = await raise_.call("POST", f"{path}/erasure", json={"confirmedDonorId": gift["donorId"] + 1})
    assert set(wrong.json()["errors"]) == {"confirmedDonorId"}
    await raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    other = await house.tenant.give(1, "bo@example.org")
    for method, where, body in (
        ("PATCH", path, {"lastName": "X"}),
        ("POST", f"{path}/addresses", {"address1": "X"}),
        ("POST", f"{path}/erasure", {"confirmedDonorId": gift["donorId"]}),
        ("POST", f"{path}/merge", {"duplicateId": other["donorId"]}),
    ):
        assert (await raise_.call(method, where, json=body)).status_code == 409


async def test_a_contact_of_which_others_speak_keeps_its_name(house: House) -> None:
    """Another donor is the same contact by its key."""
    gift = await house.tenant.give(10)
    key = (await house.tenant.settled("donor", gift["donorId"]))["crmKey"]
    second = await house.tenant.give(5, "ada@work.example.org", donor={"crmKey": key})
    await house.settle()
    path = f"/raise/api/Donor/{gift['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": gift["donorId"]})
    await house.settle()
    assert (await house.tenant.crm.get(f"/crm/api/Contact/{key}"))["name"] == "Ada Example"
    path = f"/raise/api/Donor/{second['donorId']}"
    await house.tenant.raise_.post(f"{path}/erasure", {"confirmedDonorId": second["donorId"]})
    await house.settle()
    assert (await house.tenant.crm.get(f"/crm/api/Contact/{key}"))["name"] == "Erased contact"
