"""The wire shape of a sync state (an extension: the original shows none)."""

from __future__ import annotations

from almoner.kernel.wire import utc_text
from almoner.platform.wire import View
from almoner.sync.service import Why


class SyncView(View):
    """Where a giving record stands on its way to the CRM. `reason` is null only when synced."""

    entity: str
    id: int
    donor_id: int
    state: str
    reason: str | None
    detail: str | None
    explanation: str
    crm_key: str | None
    url: str | None
    attempts: int
    next_attempt_date: str | None
    created_date: str
    changed_date: str


def sync_view(why: Why, public_url: str) -> SyncView:
    """`why` as the wire has it; the link leads to the CRM under `public_url`."""
    page = "Contact" if why.entity == "donor" else "Gift"
    return SyncView(
        entity=why.entity,
        id=why.record_id,
        donor_id=why.donor_id,
        state=why.state.value,
        reason=None if why.reason is None else why.reason.value,
        detail=why.detail,
        explanation=why.explanation,
        crm_key=None if why.crm_id is None else str(why.crm_id),
        url=None if why.crm_id is None else f"{public_url}/{page}/{why.crm_id}",
        attempts=why.attempts,
        next_attempt_date=None if why.next_attempt_at is None else utc_text(why.next_attempt_at),
        created_date=utc_text(why.happened_at),
        changed_date=utc_text(why.changed_at),
    )
