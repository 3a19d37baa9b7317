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
    HELD_CAMPAIGN_PAUSED = "held_campaign_paused"
    TEST_MODE = "test_mode"
    NO_INTEGRATION = "no_integration"
    NO_SYNCING_CAMPAIGN = "no_syncing_campaign"
    CONTACT_NOT_FOUND = "contact_not_found"
    CONTACT_ARCHIVED = "contact_archived"
    CONTACT_AMBIGUOUS = "contact_ambiguous"
    PROJECT_UNKNOWN = "project_unknown"
    PROJECT_INACTIVE = "project_inactive"
    MISSING_REQUIRED_FIELD = "missing_required_field"
    DESTINATION_REJECTED = "destination_rejected"
    RETRIES_EXHAUSTED = "retries_exhausted"


STATE_OF_REASON = {
    Reason.QUEUED: State.PENDING,
    Reason.WAITING_FOR_DONOR: State.PENDING,
    Reason.RETRYING: State.PENDING,
    Reason.CAMPAIGN_SYNC_OFF: State.WITHHELD,
    Reason.HELD_CAMPAIGN_PAUSED: State.WITHHELD,
    Reason.TEST_MODE: State.WITHHELD,
    Reason.NO_INTEGRATION: State.WITHHELD,
    Reason.NO_SYNCING_CAMPAIGN: State.WITHHELD,
    Reason.CONTACT_NOT_FOUND: State.FAILED,
    Reason.CONTACT_ARCHIVED: State.FAILED,
    Reason.CONTACT_AMBIGUOUS: State.FAILED,
    Reason.PROJECT_UNKNOWN: State.FAILED,
    Reason.PROJECT_INACTIVE: State.FAILED,
    Reason.MISSING_REQUIRED_FIELD: State.FAILED,
    Reason.DESTINATION_REJECTED: State.FAILED,
    Reason.RETRIES_EXHAUSTED: State.FAILED,
}
"""Each reason belongs to exactly one state; the table derives it as this does (`sync.state_of`, held equal by a test)."""

SENTENCES = {
    Reason.QUEUED: "The sync has not reached this record yet; it takes seconds.",
    Reason.WAITING_FOR_DONOR: "Its donor, or an earlier gift of its donor, is not in the CRM yet.",
    Reason.RETRYING: "The last attempt failed unexpectedly; the next one comes by itself.",
    Reason.CAMPAIGN_SYNC_OFF: "Its campaign's sync was off when the gift was made. Turning it on is not retroactive.",
    Reason.HELD_CAMPAIGN_PAUSED: "It is in the CRM; a change of it waits while its campaign's sync is off, and then follows.",
    Reason.TEST_MODE: "It was made in test mode. Test records never go to the CRM.",
    Reason.NO_INTEGRATION: "The organization runs no CRM.",
    Reason.NO_SYNCING_CAMPAIGN: "None of the donor's gifts goes to the CRM, so the donor does not either.",
    Reason.CONTACT_NOT_FOUND: "The CRM key that was given for the donor names no contact. Correct the key, then retry.",
    Reason.CONTACT_ARCHIVED: "The donor's contact is archived in the CRM. Set the donor's CRM key to the contact that is meant.",
    Reason.CONTACT_AMBIGUOUS: "Several CRM contacts have the donor's e-mail and name. Set the donor's CRM key to the one that is meant.",
    Reason.PROJECT_UNKNOWN: "The CRM has no project with this code. Create it there: the gift then follows by itself.",
    Reason.PROJECT_INACTIVE: "The project is inactive in the CRM. Activate it: the gift then follows by itself.",
    Reason.MISSING_REQUIRED_FIELD: "The CRM needs a name or an e-mail address for the donor's contact.",
    Reason.DESTINATION_REJECTED: "The CRM does not take it as it is. The detail holds its answer; mend that, then retry.",
    Reason.RETRIES_EXHAUSTED: "Every attempt failed. The detail holds the last error; retry when it is mended.",
}
"""What to tell a person, and what to do."""

_NAMING_THE_FACT = {
    Reason.RETRYING: "The last attempt failed unexpectedly ({}); the next one comes by itself.",
    Reason.CONTACT_NOT_FOUND: "The CRM key {} that was given for the donor names no contact. Correct the key, then retry.",
    Reason.CONTACT_ARCHIVED: "The donor's contact {} is archived in the CRM. Set the donor's CRM key to the contact that is meant.",
    Reason.PROJECT_UNKNOWN: "The CRM has no project with the code {}. Create it there: the gift then follows by itself.",
    Reason.PROJECT_INACTIVE: "The project {} is inactive in the CRM. Activate it: the gift then follows by itself.",
    Reason.DESTINATION_REJECTED: "The CRM does not take it as it is and says: {}. Mend that, then retry.",
    Reason.RETRIES_EXHAUSTED: "Every attempt failed, the last one with {}. Retry when that is mended.",
}

STATE_NAMES = {
    State.PENDING: "On its way",
    State.SYNCED: "In the CRM",
    State.WITHHELD: "Stays in giving",
    State.FAILED: "Needs attention",
    State.SKIPPED: "Skipped",
}
"""Each state in people's words, for pages and terminals."""

REASON_NAMES = {
    Reason.QUEUED: "In the queue",
    Reason.WAITING_FOR_DONOR: "Waits for its donor",
    Reason.RETRYING: "Is tried again",
    Reason.CAMPAIGN_SYNC_OFF: "Campaign was paused",
    Reason.HELD_CAMPAIGN_PAUSED: "Change waits for its campaign",
    Reason.TEST_MODE: "Test gift",
    Reason.NO_INTEGRATION: "No CRM",
    Reason.NO_SYNCING_CAMPAIGN: "No gift of the donor goes",
    Reason.CONTACT_NOT_FOUND: "Contact not found",
    Reason.CONTACT_ARCHIVED: "Contact is archived",
    Reason.CONTACT_AMBIGUOUS: "Several contacts fit",
    Reason.PROJECT_UNKNOWN: "Project not in the CRM",
    Reason.PROJECT_INACTIVE: "Project is inactive",
    Reason.MISSING_REQUIRED_FIELD: "Donor without a name",
    Reason.DESTINATION_REJECTED: "Refused by the CRM",
    Reason.RETRIES_EXHAUSTED: "Every attempt failed",
}
"""Each reason in people's words, for pages and terminals."""


def explain(reason: Reason | None, detail: str | None = None) -> str:
    """What to tell a person about a record, and what to do; it names the fact in `detail` where the reason has one."""
    if reason is None:
        return "It is in the CRM."
    naming = _NAMING_THE_FACT.get(reason)
    return SENTENCES[reason] if detail is None or naming is None else naming.format(detail)


def cause(reason: Reason) -> str:
    """What is the matter, without what to do: the first of the reason's sentences, to stand within a line."""
    first = SENTENCES[reason].partition(". ")[0].removesuffix(".")
    return first[0].lower() + first[1:]


STILL_SECONDS = 60.0
"""The sync stands still when a change has waited so long and nothing was taken meanwhile."""


class Record(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the sync knows of one giving record at one destination. Times are UTC.

    `wanted` is the version that must be there and `done` the one that is (0: none); `event_id` the first change that is not
    there, and `happened_at` the time of the last. `crm_id` is set once it is there. Minor units: of what has money, as it must be
    there and, in `done_minor`, as it is. `is_stored`: what it replaces stands in the table.

    `waited_since`: when this change first could not go for something that had to be mended, with the reason of then in `waited_for`
    (None: it goes, or went, directly). The table keeps both (sync/record.sql); what is decided says nothing of them.
    """

    destination: str
    entity: str
    record_id: int
    donor_id: int
    wanted: int
    done: int
    event_id: int
    reason: Reason | None = None
    detail: str | None = None
    crm_id: int | None = None
    attempts: int = 0
    due_at: datetime | None = None
    happened_at: datetime
    changed_at: datetime
    currency: str | None = None
    minor: int | None = None
    done_minor: int | None = None
    waited_since: datetime | None = None
    waited_for: str | None = None
    is_stored: bool = False

    @property
    def state(self) -> State:
        """The state that follows from what is there and from the reason."""
        return State.SYNCED if self.reason is None else STATE_OF_REASON[self.reason]


class Wanted(msgspec.Struct, frozen=True):
    """A record of giving that must be at the destination in this version, and what is known of it (None: nothing yet)."""

    entity: str
    record_id: int
    donor_id: int
    version: int
    event_id: int
    happened_at: datetime
    before: Record | None

    @property
    def done(self) -> int:
        """The version that is there; 0 when none is."""
        return 0 if self.before is None else self.before.done


def wanted_again(record: Record) -> Wanted:
    """What an open record still asks for."""
    return Wanted(
        record.entity,
        record.record_id,
        record.donor_id,
        record.wanted,
        record.event_id,
        record.happened_at,
        record,
    )


def gift_hold(
    *, integration: str, is_test_mode: bool, can_sync: bool, campaign_syncs: bool, is_there: bool
) -> Reason | None:
    """Why a gift, or a change of one that `is_there`, is withheld; None when it goes to the CRM.

    `can_sync` is the campaign's flag when the gift was made, which decides for the gift; a change of it waits while the flag of
    now, `campaign_syncs`, is off.
    """
    if integration == "none":
        return Reason.NO_INTEGRATION
    if is_test_mode:
        return Reason.TEST_MODE
    if is_there:
        return None if campaign_syncs else Reason.HELD_CAMPAIGN_PAUSED
    return None if can_sync else Reason.CAMPAIGN_SYNC_OFF


def donor_hold(*, integration: str, is_test_mode: bool) -> Reason:
    """Why a donor none of whose gifts goes to the CRM is withheld."""
    if integration == "none":
        return Reason.NO_INTEGRATION
    return Reason.TEST_MODE if is_test_mode else Reason.NO_SYNCING_CAMPAIGN


def next_attempt(attempts: int, now: datetime, *, first_seconds: float, most_seconds: float) -> datetime:
    """When to try again after `attempts` failures: the wait doubles each time up to `most_seconds`."""
    return now + timedelta(seconds=min(first_seconds * 2 ** min(attempts - 1, 30), most_seconds))
