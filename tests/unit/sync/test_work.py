"""What the sync is asked to do: events become work, work is taken a record at a time, records become contacts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from almoner.giving.contract import Donor, GiftFacts
from almoner.sync.engine import Work, work_of
from almoner.sync.mapping import contact_of, gift_of
from almoner.sync.retry import in_steps, joined

NOW = datetime(2025, 1, 1, tzinfo=UTC)
gifts = st.dictionaries(st.integers(1, 99), st.tuples(st.just(7), st.just(NOW)), max_size=8)
donors = st.sampled_from([{}, {7: NOW}])


def test_events_become_work_in_their_order_and_the_first_of_a_record_counts() -> None:
    later = NOW + timedelta(seconds=1)
    work = work_of(
        [
            ("donor.created", 1, 1, NOW),
            ("gift.created", 1, 12, NOW),
            ("campaign.updated", 0, 5, NOW),
            ("gift.created", 2, 11, later),
            ("gift.created", 1, 12, later),
            ("donor.updated", 1, 1, later),
        ]
    )
    assert work.donors == {1: NOW}
    assert list(work.gifts.items()) == [(12, (1, NOW)), (11, (2, later))]


@given(donors, gifts, st.booleans())
def test_the_steps_of_a_piece_of_work_are_all_of_it_in_order(
    who: dict[int, datetime], what: dict[int, tuple[int, datetime]], is_retry: bool
) -> None:
    work = Work(who, what)
    steps = in_steps(work, is_retry=is_retry)
    whole = joined(steps)
    assert whole.donors == who
    assert list(whole.gifts.items()) == list(what.items())
    assert all(len(step.gifts) <= 1 for step in steps)
    if is_retry and who:
        assert steps[0].gifts == {}


DONOR = Donor(
    id=7,
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
    crm_second_key=None,
    is_test_mode=False,
    is_archived=False,
    created_at=NOW,
    modified_at=NOW,
)


def test_a_donor_is_a_household_by_name_and_an_organization_by_its_own() -> None:
    person = contact_of(DONOR)
    assert (person.contact_type, person.name, person.reference_id) == ("Household", "Ada Example", "7")
    assert (person.email, person.email_key) == ("Ada@Example.org", "ada@example.org")
    company = contact_of(replace(DONOR, is_organization=True, organization_name="Example Ltd", crm_key="12"))
    assert (company.contact_type, company.name, company.seeded_key) == ("Organization", "Example Ltd", "12")


def test_a_donor_nobody_can_name_has_no_name() -> None:
    nameless = replace(DONOR, first_name=None, last_name=None)
    assert contact_of(nameless).name == "Ada@Example.org"
    assert contact_of(replace(nameless, email=None)).name is None


def test_a_gift_keeps_its_split_and_says_where_it_came_from() -> None:
    facts = GiftFacts(
        id=12,
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
        is_test_mode=False,
        is_anonymous=True,
        payment_type="Credit",
        segment_code="S1",
        notes=None,
    )
    gift = gift_of(facts, contact_id=5, contact_index=None)
    assert [(part.code, part.minor) for part in gift.designations] == [("WELLS", 100), ("GENERAL", 200)]
    assert (gift.transaction_source, gift.transaction_id, gift.is_private) == ("RaiseDonors", "12", True)
    assert gift.origin == {"raiseGiftId": 12, "campaignId": 3, "campaignName": "Spring", "segmentCode": "S1"}
