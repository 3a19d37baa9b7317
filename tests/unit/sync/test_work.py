"""What the sync is asked to do: events become work, work is taken a record at a time, records become contacts."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from almoner.crm.contract import Key, MergeContacts, PutContact
from almoner.giving.contract import Donor, GiftFacts
from almoner.sync.engine import Work
from almoner.sync.entities import DONOR as DONORS
from almoner.sync.entities import GIFT as GIFTS
from almoner.sync.retry import in_steps, joined
from almoner.sync.rules import Wanted

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def wanted(entity: str, record_id: int) -> Wanted:
    return Wanted(entity, record_id, 7, 1, 1, NOW, None)


gifts = st.lists(st.integers(1, 99), max_size=8, unique=True)


@given(st.booleans(), gifts, st.booleans())
def test_the_steps_of_a_piece_of_work_are_all_of_it_in_order(
    has_donor: bool, what: list[int], is_retry: bool
) -> None:
    who = {7: wanted("donor", 7)} if has_donor else {}
    work = Work({"gift": {id_: wanted("gift", id_) for id_ in what}, "donor": who})
    steps = in_steps(work, is_retry=is_retry)
    whole = joined(steps)
    assert whole.donors == who
    assert [each.record_id for each in whole.owned] == what
    assert all(len(step.owned) <= 1 for step in steps)
    if is_retry and who:
        assert steps[0].owned == []


def test_records_of_several_entities_go_in_the_order_of_their_changes() -> None:
    first, second, third = (
        replace(wanted(entity, 1), entity=entity, event_id=event_id)
        for event_id, entity in ((1, "gift"), (2, "schedule"), (3, "gift"))
    )
    work = Work({"gift": {1: first, 3: replace(third, record_id=3)}, "schedule": {1: second}})
    assert [(each.entity, each.event_id) for each in work.owned] == [
        ("gift", 1),
        ("schedule", 2),
        ("gift", 3),
    ]
    assert [step.owned[0].event_id for step in in_steps(work, is_retry=False)] == [1, 2, 3]


DONOR = Donor(
    id=7,
    version=4,
    email="Ada@Example.org",
    source_system=None,
    source_key=None,
    title="Dr.",
    first_name="Ada",
    middle_name=None,
    last_name="Example",
    suffix=None,
    is_organization=False,
    organization_name=None,
    phone=None,
    address1=None,
    address2=None,
    city=None,
    state=None,
    postal=None,
    country=None,
    notes=None,
    crm_key=None,
    crm_linked=False,
    crm_second_key=None,
    is_test_mode=False,
    is_archived=False,
    created_at=NOW,
    modified_at=NOW,
)


def put(donor: Donor) -> PutContact:
    """The contact that a donor asks for."""
    change = DONORS.change(donor)
    assert isinstance(change, PutContact)
    return change


def test_a_donor_is_a_household_by_name_and_an_organization_by_its_own() -> None:
    person = put(DONOR)
    assert (person.contact_type, person.name) == ("Household", "Ada Example")
    assert (person.key, person.version) == (Key("RaiseDonors", "7"), 4)
    assert (person.reach.email, person.person.prefix) == ("Ada@Example.org", "Dr.")
    company = put(replace(DONOR, is_organization=True, organization_name="Example Ltd", crm_key="12"))
    assert (company.contact_type, company.name, company.seeded) == ("Organization", "Example Ltd", "12")


def test_a_donor_nobody_can_name_has_no_name() -> None:
    nameless = replace(DONOR, first_name=None, last_name=None)
    assert put(nameless).name == "Ada@Example.org"
    assert put(replace(nameless, email=None)).name is None


def test_a_donor_who_was_merged_is_the_other_one() -> None:
    merged = DONORS.change(replace(DONOR, survivor_id=8, was_merged=True))
    assert isinstance(merged, MergeContacts)
    assert (merged.key.id, merged.into.id, merged.version) == ("7", "8", 4)
    assert put(replace(DONOR, was_merged=True)).is_apart


def test_a_gift_keeps_its_split_and_says_where_it_came_from() -> None:
    facts = GiftFacts(
        id=12,
        version=2,
        donor_id=7,
        campaign_id=3,
        campaign_name="Spring",
        amount_minor=300,
        currency="USD",
        project_minor=[100, 200],
        codes=["WELLS", "GENERAL"],
        gift_on=date(2025, 1, 1),
        received_at=NOW,
        can_sync=True,
        campaign_syncs=True,
        is_test_mode=False,
        is_anonymous=True,
        payment_type="Credit",
        segment_code="S1",
        notes=None,
    )
    gift = GIFTS.change(facts)
    assert [(part.code, part.minor) for part in gift.designations] == [("WELLS", 100), ("GENERAL", 200)]
    assert (gift.key, gift.version, gift.giver) == (Key("RaiseDonors", "12"), 2, Key("RaiseDonors", "7"))
    assert gift.is_private
    assert gift.origin == {"raiseGiftId": 12, "campaignId": 3, "campaignName": "Spring", "segmentCode": "S1"}
