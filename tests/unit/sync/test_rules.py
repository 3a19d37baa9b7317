"""The closed list of states and reasons, and the decisions between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.crm.contract import Outcome, Problem
from almoner.sync.destinations import REASONS, reason_of
from almoner.sync.rules import (
    REASON_NAMES,
    SENTENCES,
    STATE_NAMES,
    STATE_OF_REASON,
    Reason,
    State,
    donor_hold,
    explain,
    gift_hold,
    next_attempt,
)
from tests.integration.sync.reasons import STORIES

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def test_every_reason_belongs_to_one_state_has_a_sentence_and_is_reached_by_a_test() -> None:
    reasons = set(Reason)
    assert STATE_OF_REASON.keys() == reasons
    assert SENTENCES.keys() == reasons
    assert STORIES.keys() == reasons
    assert len({reason.value for reason in Reason}) == len(reasons)
    assert State.SYNCED not in STATE_OF_REASON.values()
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_states_and_reasons_have_names_of_their_own_that_people_can_read() -> None:
    assert STATE_NAMES.keys() == set(State) and REASON_NAMES.keys() == set(Reason)
    names = [*STATE_NAMES.values(), *REASON_NAMES.values()]
    assert len(set(names)) == len(names)
    assert not any("_" in name or name[0].islower() for name in names)


@pytest.mark.parametrize(
    ("reason", "names_it"),
    [
        (Reason.PROJECT_UNKNOWN, True),
        (Reason.PROJECT_INACTIVE, True),
        (Reason.DESTINATION_REJECTED, True),
        (Reason.RETRIES_EXHAUSTED, True),
        (Reason.CONTACT_NOT_FOUND, True),
        (Reason.HELD_CAMPAIGN_PAUSED, False),
    ],
)
def test_a_sentence_names_the_fact_that_a_person_needs(reason: Reason, names_it: bool) -> None:
    told = explain(reason, "{ROOF}")
    assert ("{ROOF}" in told) is names_it and told.endswith(".")
    assert explain(reason) == SENTENCES[reason]


@pytest.mark.parametrize("integration", ["crm", "none"])
@pytest.mark.parametrize(
    ("is_test_mode", "can_sync", "campaign_syncs", "is_there"), list(product((True, False), repeat=4))
)
def test_a_gift_goes_only_when_nothing_holds_it(
    integration: str, is_test_mode: bool, can_sync: bool, campaign_syncs: bool, is_there: bool
) -> None:
    hold = gift_hold(
        integration=integration,
        is_test_mode=is_test_mode,
        can_sync=can_sync,
        campaign_syncs=campaign_syncs,
        is_there=is_there,
    )
    if integration == "none":
        assert hold is Reason.NO_INTEGRATION
    elif is_test_mode:
        assert hold is Reason.TEST_MODE
    elif is_there:
        assert hold is (None if campaign_syncs else Reason.HELD_CAMPAIGN_PAUSED)
    else:
        assert hold is (None if can_sync else Reason.CAMPAIGN_SYNC_OFF)
    if hold is not None:
        assert STATE_OF_REASON[hold] is State.WITHHELD


def test_every_problem_of_the_crm_is_a_reason() -> None:
    assert REASONS.keys() == set(Problem)


def test_a_problem_that_nobody_knows_is_a_rejection_with_what_was_said() -> None:
    said = b'{"key":{"source":"x","id":"1"},"crm_id":null,"did":"refused","problem":"moon_phase","detail":"full"}'
    strange = msgspec.json.decode(said, type=Outcome)
    assert reason_of(strange) == (Reason.DESTINATION_REJECTED, "unforeseen full")


def test_a_donor_without_a_syncing_gift_is_withheld_for_one_reason() -> None:
    assert donor_hold(integration="none", is_test_mode=True) is Reason.NO_INTEGRATION
    assert donor_hold(integration="crm", is_test_mode=True) is Reason.TEST_MODE
    assert donor_hold(integration="crm", is_test_mode=False) is Reason.NO_SYNCING_CAMPAIGN


@given(st.integers(1, 10**9), st.floats(0.001, 60), st.floats(60, 86_400))
def test_the_wait_doubles_up_to_the_most(attempts: int, first: float, most: float) -> None:
    wait = next_attempt(attempts, NOW, first_seconds=first, most_seconds=most) - NOW
    longer = next_attempt(attempts + 1, NOW, first_seconds=first, most_seconds=most) - NOW
    assert timedelta(0) < wait <= timedelta(seconds=most)
    assert longer == timedelta(seconds=most) or abs(longer - 2 * wait) <= timedelta(microseconds=2)
