"""The wire shape of a reversal (an extension: the original shows none)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.giving.gifts.views import GiftProjectView
from almoner.giving.reversals.rules import MEANINGS, Kind, State
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.wire import Day, Instant, View, fill


class ReversalView(View):
    """Money of a gift that went back, or may: a refund, a dispute, or a payment that failed after it was taken."""

    id: int
    """The id of the reversal."""
    gift_id: int
    """The gift that the money is of."""
    kind: Kind
    """Why the money goes back."""
    state: State
    """What became of it."""
    explanation: str
    """The same in a sentence."""
    amount: Decimal
    """How much, in `currency`."""
    formatted_amount: str
    """The amount as text."""
    currency: str
    """The currency, by its code in ISO 4217."""
    projects: list[GiftProjectView]
    """How much of which project; they sum to the amount."""
    processor_amount: Decimal | None
    """What the processor took, where that is more than was left of the gift."""
    reason: str | None
    """Why, in the words of whoever asked for it, or of the processor."""
    detail: str | None
    """What went wrong, if something did."""
    requested_by: str | None
    """Who asked for the refund here; null for what happened at the processor."""
    gateway: str
    """The processor."""
    gateway_key: str | None
    """The key that the processor knows a refund by that was asked for here."""
    transaction_id: str | None
    """The processor's own name of the refund or dispute."""
    date: Day | None
    """The organization-local day on which the money went; null while that is not known."""
    reinstated_date: Day | None
    """The organization-local day on which the money came back, if it did."""
    created_date: Instant
    """When it was asked for, or heard of."""
    modified_date: Instant
    """When it last changed."""


def reversal_view(row: Any) -> ReversalView:
    """A row of the statement `records` as the wire has it."""
    currency, said = row["currency"], row["said_minor"]
    parts = zip(row["project_ids"], row["project_names"], row["project_minor"], strict=True)
    return fill(
        ReversalView,
        row,
        explanation=MEANINGS[State(row["state"])],
        amount=to_decimal(row["amount_minor"], currency),
        formatted_amount=format_amount(row["amount_minor"], currency),
        projects=[
            GiftProjectView(project_id=id_, name=name, amount=format_amount(minor, currency))
            for id_, name, minor in parts
        ],
        processor_amount=None if said is None else to_decimal(said, currency),
        gateway_key=None if row["gateway_key"] is None else str(row["gateway_key"]),
        date=None if row["on_day"] is None else day_text(row["on_day"]),
        reinstated_date=None if row["reinstated_on"] is None else day_text(row["reinstated_on"]),
        created_date=utc_text(row["created_at"]),
        modified_date=utc_text(row["modified_at"]),
    )
