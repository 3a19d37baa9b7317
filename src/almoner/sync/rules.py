"""What becomes of a giving record: the closed list of states and reasons, and the decisions between them. Pure.

docs/reference/sync-states.md is made of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

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
    WAITING_FOR_GIFT = "waiting_for_gift"
    CONTACT_NOT_FOUND = "contact_not_found"
    CONTACT_ARCHIVED = "contact_archived"
    CONTACT_AMBIGUOUS = "contact_ambiguous"
    PROJECT_UNKNOWN = "project_unknown"
    PROJECT_INACTIVE = "project_inactive"
    MISSING_REQUIRED_FIELD = "missing_required_field"
    GIFT_REVERSED = "gift_reversed"
    DESTINATION_REJECTED = "destination_rejected"
    RETRIES_EXHAUSTED = "retries_exhausted"
    RECORD_UNREADABLE = "record_unreadable"


class Meaning(NamedTuple):
    """What a reason is to people: the state it belongs to, its name for pages and terminals, and what to tell and to do.

    `naming` is the sentence that names the fact in a record's detail, where the reason has one.
    """

    state: State
    name: str
    sentence: str
    naming: str | None = None


MEANINGS = {
    Reason.QUEUED: Meaning(
        State.PENDING,
        "In the queue",
        "The sync has not reached this record yet; it takes seconds.",
    ),
    Reason.WAITING_FOR_DONOR: Meaning(
        State.PENDING,
        "Waits for its donor",
        "Its donor, or an earlier gift of its donor, is not in the CRM yet.",
    ),
    Reason.RETRYING: Meaning(
        State.PENDING,
        "Is tried again",
        "The last attempt failed unexpectedly; the next one comes by itself.",
        "The last attempt failed unexpectedly ({}); the next one comes by itself.",
    ),
    Reason.CAMPAIGN_SYNC_OFF: Meaning(
        State.WITHHELD,
        "Campaign was paused",
        "Its campaign's sync was off when the gift was made. Turning it on is not retroactive.",
    ),
    Reason.HELD_CAMPAIGN_PAUSED: Meaning(
        State.WITHHELD,
        "Change waits for its campaign",
        "It is in the CRM; a change of it waits while its campaign's sync is off, and then follows.",
    ),
    Reason.TEST_MODE: Meaning(
        State.WITHHELD,
        "Test gift",
        "It was made in test mode. Test records never go to the CRM.",
    ),
    Reason.NO_INTEGRATION: Meaning(
        State.WITHHELD,
        "No CRM",
        "The organization runs no CRM.",
    ),
    Reason.NO_SYNCING_CAMPAIGN: Meaning(
        State.WITHHELD,
        "No gift of the donor goes",
        "None of the donor's gifts goes to the CRM, so the donor does not either.",
    ),
    Reason.WAITING_FOR_GIFT: Meaning(
        State.WITHHELD,
        "Waits for its gift",
        "The gift that it takes money of is not in the CRM, or not as giving has it now. Once it is, this follows by itself.",
        "Gift {}, of which it takes money, is not in the CRM, or not as giving has it now. Once it is, this follows by itself.",
    ),
    Reason.CONTACT_NOT_FOUND: Meaning(
        State.FAILED,
        "Contact not found",
        "The CRM key that was given for the donor names no contact. Correct the key, or forget it (an empty crmKey through the API): the donor then goes by itself.",
        "The CRM key {} that was given for the donor names no contact. Correct the key, or forget it (an empty crmKey through the API): the donor then goes by itself.",
    ),
    Reason.CONTACT_ARCHIVED: Meaning(
        State.FAILED,
        "Contact is archived",
        "The donor's contact is archived in the CRM. Set the donor's CRM key to the contact that is meant.",
        "The donor's contact {} is archived in the CRM. Set the donor's CRM key to the contact that is meant.",
    ),
    Reason.CONTACT_AMBIGUOUS: Meaning(
        State.FAILED,
        "Several contacts fit",
        "Several CRM contacts have the donor's e-mail and name. Set the donor's CRM key to the one that is meant.",
    ),
    Reason.PROJECT_UNKNOWN: Meaning(
        State.FAILED,
        "Project not in the CRM",
        "The CRM has no project with this code. Create it there: the gift then follows by itself.",
        "The CRM has no project with the code {}. Create it there: the gift then follows by itself.",
    ),
    Reason.PROJECT_INACTIVE: Meaning(
        State.FAILED,
        "Project is inactive",
        "The project is inactive in the CRM. Activate it: the gift then follows by itself.",
        "The project {} is inactive in the CRM. Activate it: the gift then follows by itself.",
    ),
    Reason.MISSING_REQUIRED_FIELD: Meaning(
        State.FAILED,
        "Donor without a name",
        "The CRM needs a name or an e-mail address for the donor's contact.",
    ),
    Reason.GIFT_REVERSED: Meaning(
        State.FAILED,
        "Taken back in the CRM",
        "In the CRM more of the gift was taken back than giving has of it. Delete the reversal there that was made by hand: the change then "
        "follows by itself, and what is to be taken back is reversed again. One that came from giving needs nobody: when it comes again, the "
        "change follows.",
        "In the CRM more of the gift was taken back, by the reversal {}, than giving has of it. Delete the reversal there that was made by "
        "hand: the change then follows by itself, and what is to be taken back is reversed again. One that came from giving needs nobody: when "
        "it comes again, the change follows.",
    ),
    Reason.DESTINATION_REJECTED: Meaning(
        State.FAILED,
        "Refused by the CRM",
        "The CRM does not take it as it is. The detail holds its answer; mend that, then retry.",
        "The CRM does not take it as it is and says: {}. Mend that, then retry.",
    ),
    Reason.RETRIES_EXHAUSTED: Meaning(
        State.FAILED,
        "Every attempt failed",
        "Every attempt failed. The detail holds the last error; retry when it is mended.",
        "Every attempt failed, the last one with {}. Retry when that is mended.",
    ),
    Reason.RECORD_UNREADABLE: Meaning(
        State.FAILED,
        "Record cannot be read",
        "What giving has of it cannot be read. Whoever runs the server mends it in the database; then retry.",
        "What giving has of it cannot be read ({}). Whoever runs the server mends that in the database; then retry.",
    ),
}
"""Each reason belongs to exactly one state; the table derives it as this does (`sync.state_of`, held equal by a test)."""

STATE_OF_REASON = {reason: meaning.state for reason, meaning in MEANINGS.items()}
SENTENCES = {reason: meaning.sentence for reason, meaning in MEANINGS.items()}
REASON_NAMES = {reason: meaning.name for reason, meaning in MEANINGS.items()}

STATE_NAMES = {
    State.PENDING: "On its way",
    State.SYNCED: "In the CRM",
    State.WITHHELD: "Stays in giving",
    State.FAILED: "Needs attention",
    State.SKIPPED: "Skipped",
}
"""Each state in people's words, for pages and terminals."""

STATE_SENTENCES = {
    State.PENDING: "It will be looked at without anybody's help.",
    State.SYNCED: "It is in the CRM; `crmKey` says where. It has no reason.",
    State.WITHHELD: "It does not go to the CRM, by rule.",
    State.FAILED: "It cannot go until something is mended; then retry it.",
    State.SKIPPED: "An operator decided that it does not go. Nothing makes it so yet.",
}
"""What each state says of a record, for the reference."""

FOR_A_PROJECT = (Reason.PROJECT_UNKNOWN, Reason.PROJECT_INACTIVE)
MENDABLE = (*FOR_A_PROJECT, Reason.HELD_CAMPAIGN_PAUSED, Reason.GIFT_REVERSED, Reason.WAITING_FOR_GIFT)
"""What goes on by itself when something else has changed (`sync_code.is_mendable`, held equal by a test)."""

RETRY_IS_VAIN = (Reason.GIFT_REVERSED,)
"""What another try cannot help: the cure alone sends it on."""

BY_CONTACT = (Reason.CONTACT_NOT_FOUND, Reason.CONTACT_ARCHIVED, Reason.CONTACT_AMBIGUOUS)
"""Reasons of donors that end when the donor is linked to the contact that is meant."""
ONE_BY_ONE = (*BY_CONTACT, Reason.MISSING_REQUIRED_FIELD)
"""Reasons of donors of whom each needs a cure of its own."""


def explain(reason: Reason | None, detail: str | None = None) -> str:
    """What to tell a person about a record, and what to do; it names the fact in `detail` where the reason has one."""
    if reason is None:
        return "It is in the CRM."
    meaning = MEANINGS[reason]
    return meaning.sentence if detail is None or meaning.naming is None else meaning.naming.format(detail)


class SyncWarning(StrEnum):
    """What somebody ought to look at of a record that is in the CRM; nothing waits for it."""

    CONTACT_DIFFERS = "contact_differs"


WARNINGS = {
    SyncWarning.CONTACT_DIFFERS: (
        "Its donor was linked to contact {} by a key, and neither an e-mail address nor the last name of the two is the same: see in "
        "the console whether they are one, and take the link back if not."
    ),
}
"""What to tell a person, with the fact that it is about."""


STILL_SECONDS = 60.0
"""The sync stands still when a change has waited so long and nothing was taken meanwhile."""


class Record(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the sync knows of one giving record at one destination. Times are UTC.

    `wanted` is the version that must be there and `done` the one that is (0: none); `event_id` the first change that is not
    there, and `happened_at` the time of the last. `crm_id` is set once it is there. Minor units: of what has money, as it must be
    there (None: nobody can read it) and, in `done_minor`, as it is. `is_stored`: what it replaces stands in the table.

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

    @property
    def is_kept_out(self) -> bool:
        """Whether it failed and is not there in any version: what belongs to it waits (`sync_code.is_kept_out`)."""
        return self.state is State.FAILED and not self.done


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


class Told(NamedTuple):
    """What giving says of a record, or else what the sync knew of it: whose it is, its version and its money."""

    donor_id: int
    version: int
    currency: str | None
    minor: int | None


def record_of(
    destination: str,
    wanted: Wanted,
    told: Told,
    now: datetime,
    reason: Reason | None,
    detail: str | None = None,
    *,
    crm_id: int | None = None,
) -> Record:
    """The record of what is `wanted`, in place of what stood there: without a reason it is there as it was `told`."""
    before = wanted.before
    donor_id, version, currency, minor = told
    return Record(
        destination=destination,
        entity=wanted.entity,
        record_id=wanted.record_id,
        donor_id=donor_id,
        wanted=version,
        done=version if reason is None else wanted.done,
        event_id=wanted.event_id,
        reason=reason,
        detail=detail,
        crm_id=before.crm_id if crm_id is None and before is not None else crm_id,
        attempts=0 if before is None or before.reason is None else before.attempts,
        happened_at=wanted.happened_at,
        changed_at=now,
        currency=currency,
        minor=minor,
        done_minor=minor if reason is None else None if before is None else before.done_minor,
        is_stored=before is not None,
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
