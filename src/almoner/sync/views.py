"""The wire shape of a sync state (an extension: the original shows none)."""

from __future__ import annotations

from datetime import datetime

from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill
from almoner.sync.entities import BY_NAME
from almoner.sync.service import Why


class SyncView(View):
    """Where a giving record stands on its way to the CRM. `reason` is null only when synced.

    `version` is the one of giving that is to be there, `syncedVersion` the one that is (0: none); `createdDate` when the change
    happened that is, or was, last on its way; `waitedDate` when that one first could not go for something that had to be mended
    (null: it goes, or went, directly). `createdDate` and `changedDate` are null where giving's record is broken and no such time
    can be told.
    """

    entity: str
    id: int
    donor_id: int
    state: str
    reason: str | None
    detail: str | None
    explanation: str
    version: int
    synced_version: int
    crm_key: str | None
    url: str | None
    attempts: int
    next_attempt_date: str | None
    created_date: str | None
    changed_date: str | None
    waited_date: str | None


def sync_view(why: Why, public_url: str) -> SyncView:
    """`why` as the wire has it; the link leads to the CRM under `public_url`."""
    record = why.record
    return fill(
        SyncView,
        record,
        id=record.record_id,
        state=record.state.value,
        reason=None if record.reason is None else record.reason.value,
        explanation=why.explanation,
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
