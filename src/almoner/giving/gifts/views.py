"""The wire shape of a gift (raise-api.md 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donors.views import DonorView
from almoner.giving.forms.views import FormView
from almoner.giving.gifts.extras import (
    EXTRAS,
    CurrencyExchangeView,
    GiftAddressView,
    GiftPremiumView,
    TributeView,
)
from almoner.giving.gifts.rules import DISPUTED, STATUS_TEXT
from almoner.giving.payments.rules import PAYMENT_TYPES
from almoner.giving.segments.views import SegmentView
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
    currency_exchange: CurrencyExchangeView | None = None
    """The part in other currencies; null for a gift in the base currency."""


class GiftDetailsView(View):
    """The records that a gift names, each as its own read tells it."""

    donor: DonorView | None
    """Who gave."""
    campaign: CampaignView | None
    """The campaign that it was made in."""
    segment: SegmentView | None
    """The segment that it is of."""
    form: FormView | None
    """The form that it came by."""


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
    """The amount, in `currency`, with the costs that the donor covered."""
    formatted_amount: str
    """The amount as text."""
    date: Day
    """The organization-local day of the gift."""
    created_date: Instant
    """When the gift was made."""
    modified_date: Instant
    """When the gift last changed."""
    status: Annotated[int, msgspec.Meta(extra_json_schema={"enum": list(STATUS_TEXT)})]
    """The state of the payment, as a number: 1 approved, 2 refunded, 3 charged back, 4 refunded in part, 5 disputed, 6 failed."""
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
    segment_id: int | None = None
    """An extension: the segment, where its code is one's."""
    segment_name: str | None = None
    """The name of the segment."""
    motivation: str | None
    """The motivation code."""
    campaign_id: int | None
    """The campaign that the gift was made in."""
    campaign_name: str | None
    """The name of that campaign."""
    form_id: int | None = None
    """An extension: the form that the gift came by."""
    form_name: str | None = None
    """An extension: the name of that form."""
    notes: str | None
    """What staff note about the gift."""
    comment: str | None
    """What the donor says."""
    billing_name: str | None = None
    """The name that the payment was billed to."""
    billing_address: GiftAddressView | None = None
    """The address that the payment was billed to, if it came with the gift."""
    shipping_name: str | None = None
    """The name that something is sent to."""
    shipping_address: GiftAddressView | None = None
    """The address that something is sent to."""
    gift_aid_requested: bool = False
    """Whether tax is to be claimed back for it."""
    donor_paid_costs: bool = False
    """Whether the donor covered the costs of the payment too."""
    costs: Decimal | None = None
    """An extension: the costs that the donor covered when giving, which are in `amount` and a part of `projects`."""
    premium: GiftPremiumView | None = None
    """What the donor got in return."""
    tribute: TributeView | None = None
    """In whose honor or memory it was given."""
    submission_url: str | None = None
    """The address of the page that it came from."""
    browser_info: dict[str, str] | None = None
    """What the donor's browser said of itself."""
    utm_source: str | None = None
    """What brought the donor to the page."""
    utm_medium: str | None = None
    """By which way."""
    utm_campaign: str | None = None
    """For which campaign of marketing."""
    utm_term: str | None = None
    """By which words."""
    utm_content: str | None = None
    """By which of several links."""
    google_gclid: str | None = None
    """Google's own mark of a click."""
    is_anonymous: bool
    """Whether the donor wishes not to be named."""
    is_test_mode: bool
    """Whether nothing was really paid; such a gift never reaches the CRM."""
    can_refund: bool
    """Whether something of it can be refunded: not of what is disputed, nor where all went back or is about to."""
    reversed_amount: Decimal
    """An extension: how much of it went back, by refunds, disputes and failed payments. `amount` is what was given."""
    projects: list[GiftProjectView]
    """The parts of the gift; they sum to its amount."""
    transaction_source: str | None
    """An extension: the system that the gift was brought over from."""
    source_transaction_id: str | None
    """An extension: the key that the gift has there."""
    details: GiftDetailsView | None = None
    """The records that it names, in a list that was asked for with `IncludeDetails`; null elsewhere."""
    metadata: list[str] | None = None
    """The columns that a query selected, as text, in their order; null elsewhere."""


def _split(row: Any) -> list[GiftProjectView]:
    currency, base = row["currency"], row.get("base_currency")
    split = zip(row["project_ids"], row["project_names"], row["project_minor"], strict=True)
    return [
        GiftProjectView(
            project_id=id_,
            name=name,
            amount=format_amount(minor, currency),
            currency_exchange=_exchange(minor, currency, base),
        )
        for id_, name, minor in split
    ]


def _exchange(minor: int, currency: str, base: str | None) -> CurrencyExchangeView | None:
    if base is None or currency == base:
        return None
    return CurrencyExchangeView(
        native_amount=format_amount(minor, currency),
        native_currency_code=currency,
        base_currency_code=base,
        is_different_currency=True,
    )


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
    "can_refund": lambda row: row["reversed_minor"] < row["amount_minor"] and row["status"] != DISPUTED,
    "reversed_amount": lambda row: to_decimal(row["reversed_minor"] - row["reserved_minor"], row["currency"]),
    "projects": _split,
    "transaction_source": lambda row: row["source_system"],
    "source_transaction_id": lambda row: row["source_key"],
    **EXTRAS,
}
"""What a gift tells beside its columns of the same name, each made alone, so that of a broken gift the others are told."""


_PLAIN = {name: piece for name, piece in PIECES.items() if name not in EXTRAS}


def gift_view(row: Any) -> GiftView:
    """A row of the statement `records` as the wire has it."""
    # Most gifts have no extras: what makes them is not asked then.
    pieces = PIECES if row.get("has_detail") else _PLAIN
    return fill(GiftView, row, **{name: piece(row) for name, piece in pieces.items()})
