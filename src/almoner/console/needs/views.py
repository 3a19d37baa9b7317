"""What the page of causes prints."""

from __future__ import annotations

from dataclasses import dataclass

from almoner.console.gift_list.rules import Asked
from almoner.console.needs.rules import Mend, forget_wrong_key, mend_of, retry_all
from almoner.console.needs.service import Causes
from almoner.console.words import counted, sums
from almoner.giving.donors.rules import Donor
from almoner.platform.organizations.rules import Organization
from almoner.sync.entities import REVERSAL
from almoner.sync.rules import REASON_NAMES, RETRY_IS_VAIN, Reason, State, explain
from almoner.sync.triage.service import Cause


@dataclass(frozen=True, slots=True)
class CauseView:
    """One cause: its name and fact, the sentence, the gifts that wait for it, and what mends it."""

    anchor: str
    name: str
    sentence: str
    gifts: str
    gifts_url: str
    amount: str
    mend: Mend | None
    other: Mend | None


def cause_views(found: Causes, organization: Organization) -> list[CauseView]:
    """The causes as people read them."""
    return [
        _cause_view(number, cause, found.donors.get(cause.donor_id or 0), organization)
        for number, cause in enumerate(found.causes, start=1)
    ]


def _cause_view(number: int, cause: Cause, donor: Donor | None, organization: Organization) -> CauseView:
    whom = (donor.name or f"donor {donor.id}") if donor is not None else cause.detail
    return CauseView(
        anchor=f"cause-{number}",
        name=f"{REASON_NAMES[cause.reason]}{f': {whom}' if whom else ''}",
        sentence=explain(cause.reason, cause.detail),
        gifts=_counted(cause),
        gifts_url=_gifts_url(cause),
        amount=sums(cause.money, organization.currency),
        mend=mend_of(cause.reason, cause.detail, cause.donor_id)
        or (None if cause.reason in RETRY_IS_VAIN else retry_all(cause.entity, cause.reason, cause.detail)),
        other=forget_wrong_key(cause.reason, cause.detail, cause.donor_id),
    )


def _counted(cause: Cause) -> str:
    if not cause.gifts:
        return counted(cause.donors, "donor")
    return counted(cause.gifts, "reversal") if cause.entity == REVERSAL.name else counted(cause.gifts)


def _gifts_url(cause: Cause) -> str:
    if cause.entity == REVERSAL.name:
        return ""
    if not cause.gifts:
        return Asked(donor_id=cause.donor_id).address() if cause.donor_id is not None else ""
    if cause.entity == "gift":
        return Asked(show=cause.reason, detail=cause.detail).address()
    if cause.donor_id is not None:
        return Asked(show=State.FAILED, donor_id=cause.donor_id).address()
    return Asked(show=Reason.WAITING_FOR_DONOR).address()
