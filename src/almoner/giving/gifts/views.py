"""The wire shape of a gift (raise-api.md 3.2), for the fields that this version keeps."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from almoner.giving.gifts.rules import STATUS_TEXT
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill


class GiftProjectView(View):
    """One part of a gift's split; `amount` is formatted text, as Raise sends it. Without a name the project is not there."""

    project_id: int
    name: str | None
    amount: str


class GiftView(View):
    """A gift. Whether it is in the CRM is told by `Sync/gift/{id}`: a gift has no `crmKey` of its own (raise-api.md 3.2)."""

    id: int
    donor_id: int
    recurring_gift_id: int | None
    currency: str
    amount: Decimal
    formatted_amount: str
    date: str
    created_date: str
    modified_date: str
    status: int
    status_text: str
    gateway: str
    authorization_number: str | None
    transaction_id: str
    donation_id: str
    payment_info: str | None
    payment_type: str
    segment: str | None
    motivation: str | None
    campaign_id: int | None
    campaign_name: str | None
    notes: str | None
    comment: str | None
    is_anonymous: bool
    is_test_mode: bool
    can_refund: bool
    projects: list[GiftProjectView]
    transaction_source: str | None
    source_transaction_id: str | None


def _split(row: Any) -> list[GiftProjectView]:
    split = zip(row["project_ids"], row["project_names"], row["project_minor"], strict=True)
    return [
        GiftProjectView(project_id=id_, name=name, amount=format_amount(minor, row["currency"]))
        for id_, name, minor in split
    ]


PIECES: dict[str, Callable[[Any], Any]] = {
    "recurring_gift_id": lambda _: None,
    "amount": lambda row: to_decimal(row["amount_minor"], row["currency"]),
    "formatted_amount": lambda row: format_amount(row["amount_minor"], row["currency"]),
    "date": lambda row: row["gift_on"].isoformat(),
    "created_date": lambda row: utc_text(row["received_at"]),
    "modified_date": lambda row: utc_text(row["modified_at"]),
    "status_text": lambda row: STATUS_TEXT[row["status"]],
    "donation_id": lambda row: str(row["id"]),
    "segment": lambda row: row["segment_code"],
    "motivation": lambda row: row["motivation_code"],
    "can_refund": lambda _: False,
    "projects": _split,
    "transaction_source": lambda row: row["source_system"],
    "source_transaction_id": lambda row: row["source_key"],
}
"""What a gift tells beside its columns of the same name, each made alone, so that of a broken gift the others are told."""


def gift_view(row: Any) -> GiftView:
    """A row of the statement `records` as the wire has it."""
    return fill(GiftView, row, **{name: piece(row) for name, piece in PIECES.items()})
