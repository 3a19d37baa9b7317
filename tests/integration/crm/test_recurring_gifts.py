"""Recurring gifts that other systems tell of: by key and version, whole or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from almoner.crm.contract import MergeContacts, Outcome, Part, Problem, PutRecurringGift
from tests.api.crm.accepted import gift, key, person, project, told
from tests.api.crm.communications import sample as communications
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


def promise(id_: str, *parts: tuple[str, int], **fields: Any) -> PutRecurringGift:
    """A monthly gift of the other system."""
    plain: dict[str, Any] = {"version": 1, "giver": key("a1"), "frequency": "Monthly", "currency": "USD"}
    days = {
        "started_on": date(2024, 1, 31),
        "next_expected_on": date(2024, 2, 29),
        "anticipated_end_on": None,
    }
    rest = {"cancelled_at": None, "segment_code": None, "is_private": False}
    return PutRecurringGift(
        **{**plain, **days, **rest, "amount_minor": sum(minor for _, minor in parts), **fields},
        key=key(id_),
        designations=tuple(Part(code=code, minor=minor) for code, minor in parts),
    )


async def put(house: House, *changes: Any) -> list[Outcome]:
    """What the CRM answers, of one giver that it knows."""
    return (await told(house, person(), *changes))[1:]


async def the(house: House, outcome: Outcome) -> Any:
    """A recurring gift as the API tells it."""
    return await house.tenant.crm.get(f"/crm/api/RecurringGift/{outcome.crm_id}")


async def test_it_is_told_whole(house: House) -> None:
    (made,) = await put(house, promise("r1", ("general", 2500), segment_code="S1", is_private=True))
    there = await the(house, made)
    (part,) = there.pop("designations")
    assert (part["projectCode"], part["amountDesignated"]) == ("GENERAL", 25)
    assert {
        name: there[name] for name in ("transactionSource", "transactionId", "startDate", "amount", "status")
    } == {
        "transactionSource": "Elsewhere",
        "transactionId": "r1",
        "startDate": "2024-01-31T00:00:00",
        "amount": 25,
        "status": "UpToDate",
    }
    assert (there["nextExpectedPaymentDate"], there["isPrivate"]) == ("2024-02-29T00:00:00", True)
    rows = await house.tenant.crm.get(f"/crm/api/RecurringGift/ByContact/{there['contactId']}")
    assert (rows["total"], rows["list"][0]["id"]) == (1, made.crm_id)


async def test_only_a_higher_version_changes_it_and_its_events_are_its_versions(
    house: House, rows: OwnRows
) -> None:
    for version, minor, wanted in (
        (1, 1, "made"),
        (3, 3, "changed"),
        (2, 2, "same"),
        (4, 3, "same"),
        (4, 9, "same"),
    ):
        (outcome,) = await put(house, promise("r1", ("GENERAL", minor), version=version))
        assert outcome.did == wanted, version
    ended = datetime(2024, 3, 1, 10, tzinfo=UTC)
    (outcome,) = await put(house, promise("r1", ("GENERAL", 3), version=5, cancelled_at=ended))
    there = await the(house, outcome)
    assert (there["amount"], there["status"]) == (0.03, "Cancelled")
    assert there["cancelDateTimeUtc"].startswith("2024-03-01T10:00:00")
    events = await rows.fetch(
        "SELECT kind, version, data FROM crm.event WHERE organization_id = $1 AND kind LIKE 'recurring%' ORDER BY version"
    )
    assert [(each["kind"].rpartition(".")[2], each["version"]) for each in events] == [
        ("created", 1),
        ("updated", 2),
        ("updated", 3),
    ]
    assert "cancelledAt" in events[2]["data"] and "amountMinor" in events[1]["data"]


async def test_what_cannot_be_is_refused_alone(house: House) -> None:
    for code in ("OLD", "SHUT"):
        await project(house.tenant, code, projectCode=code)
    await put(house, promise("r0", ("OLD", 100)))
    for code in ("OLD", "SHUT"):
        id_ = (await house.tenant.crm.get(f"/crm/api/Project/Code/{code}"))["id"]
        await house.tenant.crm.put(f"/crm/api/Project/{id_}/Active", active=False)
    outcomes = await put(
        house,
        promise("r1", ("NOWHERE", 100)),
        promise("r2", ("SHUT", 100)),
        promise("r3", ("GENERAL", 100), giver=key("nobody")),
        promise("r4", ("GENERAL", 100), frequency="Fortnightly"),
        promise("r5", ("GENERAL", 100), amount_minor=200),
        promise("r0", ("OLD", 300), version=2),
        promise("r6", ("GENERAL", 100)),
    )
    assert [(each.problem, each.detail) for each in outcomes] == [
        (Problem.PROJECT_UNKNOWN, "NOWHERE"),
        (Problem.PROJECT_INACTIVE, "SHUT"),
        (Problem.GIVER_UNKNOWN, None),
        (Problem.INVALID, "frequency"),
        (Problem.INVALID, "designations"),
        (None, None),
        (None, None),
    ]
    assert [each.crm_id is None for each in outcomes] == [True] * 5 + [False] * 2


async def test_it_goes_with_a_merged_giver_and_changes_there(house: House) -> None:
    bea = person("b1", name="Bea", first_name="Bea", email="b@x.org")
    (made,) = await put(house, promise("r1", ("GENERAL", 100)))
    merged, _ = await told(house, MergeContacts(key=key("a1"), into=key("b1"), version=1), bea)
    assert (await the(house, made))["contactId"] == merged.crm_id
    (changed,) = await told(house, promise("r1", ("GENERAL", 200), version=2))
    assert changed.crm_id == made.crm_id
    there = await the(house, made)
    assert (there["contactId"], there["amount"]) == (merged.crm_id, 2)


async def test_eight_tell_of_it_at_once_and_it_is_there_once(house: House) -> None:
    await told(house, person())

    async def tell(version: int) -> str:
        while True:
            try:
                return (await told(house, promise("r1", ("GENERAL", version * 100), version=version)))[0].did
            except asyncpg.SerializationError:
                continue

    said = await asyncio.gather(*(tell(version) for version in range(1, 9)))
    assert said.count("made") == 1
    (last,) = await told(house, promise("r1", ("GENERAL", 100), version=1))
    assert (last.did, (await the(house, last))["amount"]) == ("same", 8)


async def test_its_key_is_no_gift_s_key(house: House) -> None:
    outcomes = await put(house, promise("1", ("GENERAL", 100)), gift("1", ("GENERAL", 500)))
    assert [each.did for each in outcomes] == ["made", "made"]
    assert (await house.tenant.crm.get("/crm/api/Gift/Elsewhere/1"))["amount"] == 5


async def test_it_comes_to_the_segment_of_its_code_and_stays_when_that_has_another(house: House) -> None:
    (made,) = await put(house, promise("r1", ("general", 2500), segment_code="s1"))
    assert (await the(house, made))["segmentId"] is None
    communication = await communications.make(house.tenant, "fall")
    body = {"name": "Fall", "code": "S1", "communicationId": communication["id"]}
    segment = await house.tenant.crm.post("/crm/api/Segment", body)
    assert [(await the(house, made))[name] for name in ("segmentId", "segmentCode")] == [segment["id"], "S1"]
    await house.tenant.crm.put(f"/crm/api/Segment/{segment['id']}", {"name": "Fall", "code": "S9"})
    (again,) = await put(house, promise("r1", ("general", 3000), segment_code="s1", version=2))
    assert again.did == "changed"
    assert [(await the(house, made))[name] for name in ("segmentId", "segmentCode")] == [segment["id"], "S9"]
    await put(house, promise("r1", ("general", 3000), segment_code="other", version=3))
    assert [(await the(house, made))[name] for name in ("segmentId", "segmentCode")] == [None, "other"]
