"""The wire shape of a gift (raise-api.md 3.2), for the fields that this version keeps."""

from __future__ import annotations

from decimal import Decimal

from almoner.giving.gifts.rules import STATUS_TEXT, Gift
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import View


class GiftProjectModel(View):
    """One part of a gift's split; `amount` is formatted text, as Raise sends it."""

    project_id: int
    name: str
    amount: str


class GiftModel(View):
    """A gift. `crmKey` is additive: null until the gift is linked (raise-api.md 8)."""

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
    projects: list[GiftProjectModel]
    transaction_source: str | None
    source_transaction_id: str | None


def gift_model(gift: Gift) -> GiftModel:
    """`gift` as the wire has it."""
    return GiftModel(
        id=gift.id,
        donor_id=gift.donor_id,
        recurring_gift_id=None,
        currency=gift.currency,
        amount=to_decimal(gift.amount_minor, gift.currency),
        formatted_amount=format_amount(gift.amount_minor, gift.currency),
        date=gift.gift_on.isoformat(),
        created_date=utc_text(gift.received_at),
        modified_date=utc_text(gift.modified_at),
        status=gift.status,
        status_text=STATUS_TEXT[gift.status],
        gateway=gift.gateway,
        authorization_number=gift.authorization_number,
        transaction_id=gift.transaction_id,
        donation_id=str(gift.id),
        payment_info=gift.payment_info,
        payment_type=gift.payment_type,
        segment=gift.segment_code,
        motivation=gift.motivation_code,
        campaign_id=gift.campaign_id,
        campaign_name=gift.campaign_name,
        notes=gift.notes,
        comment=gift.comment,
        is_anonymous=gift.is_anonymous,
        is_test_mode=gift.is_test_mode,
        can_refund=False,
        projects=[
            GiftProjectModel(project_id=id_, name=name, amount=format_amount(minor, gift.currency))
            for id_, name, minor in zip(gift.project_ids, gift.project_names, gift.project_minor, strict=True)
        ],
        transaction_source=gift.source_system,
        source_transaction_id=gift.source_key,
    )
