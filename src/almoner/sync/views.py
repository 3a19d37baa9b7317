"""The wire shape of a sync state (an extension: the original shows none)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill, one_of
from almoner.sync.entities import BY_NAME
from almoner.sync.rules import Reason, State, SyncWarning
from almoner.sync.service import Why


class SyncView(View):
    """Where a giving record stands on its way to the CRM. `reason` is null only when synced.

    `version` is the one of giving that is to be there, `syncedVersion` the one that is (0: none); `createdDate` when the change
    happened that is, or was, last on its way; `waitedDate` when that one first could not go for something that had to be mended
    (null: it goes, or went, directly). `createdDate` and `changedDate` are null where giving's record is broken and no such time
    can be told.
    """

    entity: Annotated[str, one_of(BY_NAME)]
    """What the record is."""
    id: int
    """The id of the record in giving."""
    donor_id: int
    """Its donor."""
    state: State
    """Where it stands."""
    reason: Reason | None
    """Why it is not in the CRM; null only when it is."""
    detail: str | None
    """What the reason is about, such as the code of a project."""
    explanation: str
    """The reason in a sentence, with what mends it."""
    warning: SyncWarning | None
    """What somebody ought to look at although the record is in the CRM; the explanation tells it. Null: nothing."""
    version: int
    """The version of giving that is to be in the CRM."""
    synced_version: int
    """The version that is there; 0 when none is."""
    crm_key: str | None
    """The id of the record in the CRM; null while it is not there."""
    url: str | None
    """The page that shows the record there."""
    attempts: int
    """How often it was tried in vain."""
    next_attempt_date: Instant | None
    """When it is tried again, if it is."""
    created_date: Instant | None
    """When the change happened that is, or was, last on its way; null where that cannot be told."""
    changed_date: Instant | None
    """When the state last changed; null where that cannot be told."""
    waited_date: Instant | None
    """When the change first could not go for something that had to be mended; null when it goes, or went, directly."""


def sync_view(why: Why, public_url: str) -> SyncView:
    """`why` as the wire has it; the link leads to the CRM under `public_url`."""
    record = why.record
    return fill(
        SyncView,
        record,
        id=record.record_id,
        explanation=why.explanation,
        warning=why.warning,
        version=record.wanted,
        synced_version=record.done,
        crm_key=None if record.crm_id is None else str(record.crm_id),
        url=None if record.crm_id is None else f"{public_url}/{BY_NAME[record.entity].page}/{record.crm_id}",
        next_attempt_date=_text(record.due_at),
        created_date=_text(record.happened_at),
        changed_date=_text(record.changed_at),
        waited_date=_text(record.waited_since),
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)
