"""The wire shape of a gift (raise-api.md 3.2), for the fields that this version keeps."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from almoner.giving.gifts.rules import STATUS_TEXT
from almoner.giving.payments.rules import PAYMENT_TYPES
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.wire import Day, Instant, View, fill, one_of


class GiftProjectView(View):
    """One part of a gift's split; `amount` is formatted text, as Raise sends it. Without a name the project is not there."""

    project_id: int
    """The project that this part is for."""
    name: str | None
    """The name of the project."""
    amount: str
    """How much of the gift is for the project, formatted."""


class GiftView(View, kw_only=True):
    """A gift. Whether it is in the CRM is told by `Sync/gift/{id}`: a gift has no `crmKey` of its own (raise-api.md 3.2)."""

    id: int
    """The id of the gift."""
    donor_id: int
    """The donor who gave."""
    recurring_gift_id: int | None
    """The recurring gift that this one is a payment of; not kept yet."""
    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal
    """The amount, in `currency`."""
    formatted_amount: str
    """The amount as text."""
    date: Day
    """The organization-local day of the gift."""
    created_date: Instant
    """When the gift was made."""
    modified_date: Instant
    """When the gift last changed."""
    status: Annotated[int, msgspec.Meta(extra_json_schema={"enum": list(STATUS_TEXT)})]
    """The state of the payment, as a number: 1 is approved."""
    status_text: Annotated[str, one_of(STATUS_TEXT.values())]
    """The state of the payment."""
    gateway: str
    """The processor that took the payment."""
    authorization_number: str | None
    """The processor's authorization."""
    transaction_id: str
    """The processor's own name of the payment."""
    donation_id: str
    """The id of the gift, as text."""
    payment_info: str | None
    """What was paid with, such as the last digits of a card."""
    payment_type: Annotated[str, one_of(PAYMENT_TYPES.values())]
    """How the gift was paid, by the processor's word."""
    payment_provider_transaction_url: str | None = None
    """Where the processor shows the payment; not kept."""
    segment: str | None
    """The code of the segment."""
    segment_name: str | None = None
    """The name of the segment; not kept yet."""
    motivation: str | None
    """The motivation code."""
    campaign_id: int | None
    """The campaign that the gift was made in."""
    campaign_name: str | None
    """The name of that campaign."""
    notes: str | None
    """What staff note about the gift."""
    comment: str | None
    """What the donor says."""
    billing_name: str | None = None
    """The name that the payment was billed to; not kept yet."""
    billing_address: dict[str, str] | None = None
    """The address that the payment was billed to; not kept yet."""
    shipping_name: str | None = None
    """The name that something is sent to; not kept yet."""
    shipping_address: dict[str, str] | None = None
    """The address that something is sent to; not kept yet."""
    gift_aid_requested: bool = False
    """Whether tax is to be claimed back for it; not kept yet."""
    donor_paid_costs: bool = False
    """Whether the donor paid the costs of the payment too; not kept yet."""
    submission_url: str | None = None
    """The address of the form that it came by; not kept yet."""
    browser_info: dict[str, str] | None = None
    """What the donor's browser said of itself; not kept yet."""
    is_anonymous: bool
    """Whether the donor wishes not to be named."""
    is_test_mode: bool
    """Whether nothing was really paid; such a gift never reaches the CRM."""
    can_refund: bool
    """Whether it can be refunded here; not served yet."""
    projects: list[GiftProjectView]
    """The parts of the gift; they sum to its amount."""
    transaction_source: str | None
    """An extension: the system that the gift was brought over from."""
    source_transaction_id: str | None
    """An extension: the key that the gift has there."""
    metadata: list[str] | None = None
    """The columns that a query selected, as text, in their order; null elsewhere."""


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
    "date": lambda row: day_text(row["gift_on"]),
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
