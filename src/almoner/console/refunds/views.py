"""What pages print of refunds, disputes and payments that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from almoner.console.refunds.rules import BY_PROJECT, WHOLE, parts_of
from almoner.console.refunds.service import Refundable
from almoner.console.words import When, day_text, when
from almoner.giving.reversals.rules import Kind, State
from almoner.giving.reversals.views import ReversalView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.organizations.rules import Organization

KINDS = {Kind.REFUND: "Refund", Kind.DISPUTE: "Dispute", Kind.FAILURE: "Failed payment"}
"""What each kind of reversal is called."""
STATES = {
    State.ASKED: ("pending", "Asked for"),
    State.DONE: ("skipped", "Went back"),
    State.FAILED: ("failed", "Failed"),
    State.OPEN: ("failed", "Open"),
    State.WON: ("synced", "Won"),
    State.LOST: ("withheld", "Lost"),
}
"""The colour and the name of each state of a reversal."""


@dataclass(frozen=True, slots=True)
class ReversalRow:
    """One refund, dispute or failed payment: what it is, where it stands, and why; `trouble` is what went wrong, in the words of whoever said so."""

    id: int
    name: str
    css: str
    state: str
    explanation: str
    reason: str
    trouble: str
    by: str
    gift_id: int
    gift_url: str
    made: When


@dataclass(frozen=True, slots=True)
class PartField:
    """A project of which something is left, with what is typed beside it."""

    name: str
    project: str
    left: str
    typed: str


@dataclass(frozen=True, slots=True)
class RefundForm:
    """The form: what is left in all and by project, what is typed, and the key under which it refunds once.

    `asked`: the refunds that are to be known of first; there is no form then.
    """

    key: str
    left: str
    gone: str
    amount: str
    reason: str
    is_by_project: bool
    whole: str
    by_project: str
    parts: list[PartField]
    asked: list[str]


def reversal_row(one: ReversalView, organization: Organization, now: datetime) -> ReversalRow:
    """A reversal as people read it."""
    css, state = STATES[one.state]
    made = when(datetime.fromisoformat(one.created_date), zone(organization.time_zone), now)
    day = f" on {day_text(date.fromisoformat(one.date[:10]))}" if one.date else ""
    return ReversalRow(
        id=one.id,
        name=f"{KINDS[one.kind]} of {one.formatted_amount}{day}",
        css=css,
        state=state,
        explanation=one.explanation,
        reason=one.reason or "",
        trouble=one.detail or "",
        by=one.requested_by or "",
        gift_id=one.gift_id,
        gift_url=f"/console/gifts/{one.gift_id}",
        made=made,
    )


def reversal_rows(
    found: Sequence[ReversalView], organization: Organization, now: datetime
) -> list[ReversalRow]:
    """Reversals as people read them."""
    return [reversal_row(one, organization, now) for one in found]


def refund_form(found: Refundable, form: Mapping[str, str]) -> RefundForm:
    """The form as it is shown first, or again with what was typed and its own key."""
    gift, left = found.gift, sum(found.left.values())
    typed, names = parts_of(form), {part.project_id: part.name for part in gift.projects}
    parts = [
        PartField(
            f"project-{id_}",
            names.get(id_) or f"Project {id_}",
            format_amount(minor, gift.currency),
            typed.get(id_, ""),
        )
        for id_, minor in found.left.items()
        if minor > 0
    ]
    return RefundForm(
        key=form.get("key") or str(uuid4()),
        left=format_amount(left, gift.currency),
        gone="" if gift.amount == to_decimal(left, gift.currency) else gift.formatted_amount,
        amount=form.get("amount", str(to_decimal(left, gift.currency))),
        reason=form.get("reason", ""),
        is_by_project=form.get("how") == BY_PROJECT,
        whole=WHOLE,
        by_project=BY_PROJECT,
        parts=parts if len(parts) > 1 else [],
        asked=[f"{one.formatted_amount}" for one in found.asked],
    )
