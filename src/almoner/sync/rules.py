"""What becomes of a giving record: the closed list of states and reasons, and the decisions between them. Pure.

The list is documented in docs/reference/sync-states.md; a test keeps the two equal.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class State(StrEnum):
    """The one state of a giving record."""

    PENDING = "pending"
    SYNCED = "synced"
    WITHHELD = "withheld"
    FAILED = "failed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a record is not synced; a synced record has none."""

    QUEUED = "queued"
    WAITING_FOR_DONOR = "waiting_for_donor"
    RETRYING = "retrying"
    CAMPAIGN_SYNC_OFF = "campaign_sync_off"
    TEST_MODE = "test_mode"
    NO_INTEGRATION = "no_integration"
    NO_SYNCING_CAMPAIGN = "no_syncing_campaign"
    CONTACT_NOT_FOUND = "contact_not_found"
    CONTACT_ARCHIVED = "contact_archived"
    CONTACT_AMBIGUOUS = "contact_ambiguous"
    PROJECT_UNKNOWN = "project_unknown"
    PROJECT_INACTIVE = "project_inactive"
    MISSING_REQUIRED_FIELD = "missing_required_field"
    RETRIES_EXHAUSTED = "retries_exhausted"


STATE_OF_REASON = {
    Reason.QUEUED: State.PENDING,
    Reason.WAITING_FOR_DONOR: State.PENDING,
    Reason.RETRYING: State.PENDING,
    Reason.CAMPAIGN_SYNC_OFF: State.WITHHELD,
    Reason.TEST_MODE: State.WITHHELD,
    Reason.NO_INTEGRATION: State.WITHHELD,
    Reason.NO_SYNCING_CAMPAIGN: State.WITHHELD,
    Reason.CONTACT_NOT_FOUND: State.FAILED,
    Reason.CONTACT_ARCHIVED: State.FAILED,
    Reason.CONTACT_AMBIGUOUS: State.FAILED,
    Reason.PROJECT_UNKNOWN: State.FAILED,
    Reason.PROJECT_INACTIVE: State.FAILED,
    Reason.MISSING_REQUIRED_FIELD: State.FAILED,
    Reason.RETRIES_EXHAUSTED: State.FAILED,
}
"""Each reason belongs to exactly one state."""

SENTENCES = {
    Reason.QUEUED: "The sync has not reached this record yet; it takes seconds.",
    Reason.WAITING_FOR_DONOR: "Its donor, or an earlier gift of its donor, is not in the CRM yet.",
    Reason.RETRYING: "The last attempt failed unexpectedly; the next one comes by itself.",
    Reason.CAMPAIGN_SYNC_OFF: "Its campaign's sync was off when the gift was made. Turning it on is not retroactive.",
    Reason.TEST_MODE: "It was made in test mode. Test records never go to the CRM.",
    Reason.NO_INTEGRATION: "The organization runs no CRM.",
    Reason.NO_SYNCING_CAMPAIGN: "None of the donor's gifts goes to the CRM, so the donor does not either.",
    Reason.CONTACT_NOT_FOUND: "The CRM key that was given for the donor names no contact. Correct the key, then retry.",
    Reason.CONTACT_ARCHIVED: "The donor's contact is archived in the CRM. Unarchive it, then retry.",
    Reason.CONTACT_AMBIGUOUS: "Several CRM contacts have the donor's e-mail and name. Merge them, or set the CRM key.",
    Reason.PROJECT_UNKNOWN: "The CRM has no project with this code. Create it there: the gift then follows by itself.",
    Reason.PROJECT_INACTIVE: "The project is inactive in the CRM. Activate it: the gift then follows by itself.",
    Reason.MISSING_REQUIRED_FIELD: "The CRM needs a name or an e-mail address for the donor's contact.",
    Reason.RETRIES_EXHAUSTED: "Every attempt failed. The detail holds the last error; retry when it is mended.",
}
"""What to tell a person, and what to do."""


class Record(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The sync's knowledge of one giving record. Times are UTC; `crm_id` is set once synced.

    Currency and minor units are those of a gift; a donor has none. `is_stored`: what it replaces stands in the table.
    """

    entity: str
    record_id: int
    donor_id: int
    state: State
    reason: Reason | None = None
    detail: str | None = None
    crm_id: int | None = None
    attempts: int
    due_at: datetime | None = None
    happened_at: datetime
    changed_at: datetime
    currency: str | None = None
    minor: int | None = None
    is_stored: bool


def queued(entity: str, record_id: int, donor_id: int, happened_at: datetime, now: datetime) -> Record:
    """The record, at `now`, of what the sync has not looked at yet."""
    return Record(
        entity=entity,
        record_id=record_id,
        donor_id=donor_id,
        state=State.PENDING,
        reason=Reason.QUEUED,
        attempts=0,
        happened_at=happened_at,
        changed_at=now,
        is_stored=False,
    )


def gift_hold(*, integration: str, is_test_mode: bool, can_sync: bool) -> Reason | None:
    """Why a gift is withheld, or None when it goes to the CRM. `can_sync` is the campaign's flag when it was made."""
    if integration == "none":
        return Reason.NO_INTEGRATION
    if is_test_mode:
        return Reason.TEST_MODE
    return None if can_sync else Reason.CAMPAIGN_SYNC_OFF


def donor_hold(*, integration: str, is_test_mode: bool) -> Reason:
    """Why a donor none of whose gifts goes to the CRM is withheld."""
    if integration == "none":
        return Reason.NO_INTEGRATION
    return Reason.TEST_MODE if is_test_mode else Reason.NO_SYNCING_CAMPAIGN


def next_attempt(attempts: int, now: datetime, *, first_seconds: float, most_seconds: float) -> datetime:
    """When to try again after `attempts` failures: the wait doubles each time up to `most_seconds`."""
    return now + timedelta(seconds=min(first_seconds * 2 ** min(attempts - 1, 30), most_seconds))
