"""What a gift tells of what it is applied to (crm-api.md appendix A)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from almoner.crm.wire import link, midnight_text
from almoner.kernel.money import to_decimal
from almoner.platform.wire import View, rows_of


class PledgePaymentView(View, kw_only=True):
    """An expected payment of a pledge, and what came of it."""

    id: int
    """The id of the payment."""
    expected_payment_date: str
    """The organization-local day on which it is expected, at midnight and of no zone."""
    expected_amount: Decimal
    """How much is expected."""
    gift_id: int | None
    """The gift that it is; of several the first; null while none came."""
    actual_amount: Decimal
    """How much came, less what was taken back."""


class GiftReferenceView(View, kw_only=True):
    """The gift that a payment is."""

    id: int
    """The id of the gift."""
    contact_id: int
    """The contact who gave."""
    gift_date: str
    """The organization-local day of the gift, at midnight and of no zone."""
    amount: Decimal
    """The amount of the gift."""


class RecurringGiftPaymentView(View, kw_only=True):
    """A payment of a recurring gift: expected, made or dismissed."""

    id: int
    """The id of the payment."""
    gift: GiftReferenceView | None
    """The gift that it is; of several the first; null while none came."""
    expected_amount: Decimal
    """How much is expected."""
    expected_payment_date: str
    """The organization-local day on which it is expected, at midnight and of no zone."""
    dismiss_payment_date: str | None
    """The day on which somebody said that it will not come."""
    fulfill_payment_date: str | None
    """The day of the gift that it is."""


def day_or_none(day: date | None) -> str | None:
    """A day as the full shapes have it; null stays null."""
    return None if day is None else midnight_text(day)


def segment_url(row: Mapping[str, Any], crm_url: str) -> str | None:
    """Where the segment of a record is read, at the API at `crm_url`; None when it has none."""
    return None if row["segment_id"] is None else link(crm_url, "Segment", row["segment_id"])


def pledge_payment(row: Mapping[str, Any], currency: str) -> PledgePaymentView:
    """An expected payment of a pledge; days as text or not."""
    return PledgePaymentView(
        id=row["id"],
        expected_payment_date=_midnight(row["expected_on"]),
        expected_amount=to_decimal(row["expected_minor"], currency),
        gift_id=row["gift_id"],
        actual_amount=to_decimal(row["counted_minor"], currency),
    )


def recurring_payment(row: Mapping[str, Any], currency: str) -> RecurringGiftPaymentView:
    """A payment of a recurring gift with the gift `gift_id` of `contact_id`, `gift_on`, `amount_minor`, where there is one."""
    gift = None
    if row["gift_id"] is not None:
        gift = GiftReferenceView(
            id=row["gift_id"],
            contact_id=row["contact_id"],
            gift_date=_midnight(row["gift_on"]),
            amount=to_decimal(row["amount_minor"], row["currency"]),
        )
    return RecurringGiftPaymentView(
        id=row["id"],
        gift=gift,
        expected_amount=to_decimal(row["expected_minor"], currency),
        expected_payment_date=_midnight(row["expected_on"]),
        dismiss_payment_date=_midnight(row["dismissed_on"]),
        fulfill_payment_date=None if gift is None else gift.gift_date,
    )


def _midnight(day: Any) -> Any:
    return f"{day}T00:00:00" if isinstance(day, str) else day_or_none(day)


def applied_pieces(crm_url: str) -> dict[str, Callable[[Any], Any]]:
    """What a gift tells of what it is applied to, each made alone of its row; links lead to the API at `crm_url`."""

    def linked(row: Any) -> str | None:
        grant_id = _of(row, "grant_award_id")
        return None if grant_id is None else link(crm_url, "Grant", grant_id)

    return {
        "grant_id": lambda row: _of(row, "grant_award_id"),
        "grant": lambda row: _of(row, "grant_title"),
        "grant_url": linked,
        "gift_ask_id": lambda row: _of(row, "gift_ask_id"),
        "planned_gift_id": lambda row: _of(row, "planned_gift_id"),
        "pledge_payments": lambda row: _applied_to(row, "pledge"),
        "recurring_gift_payments": lambda row: _applied_to(row, "recurring_gift"),
    }


def _of(row: Any, name: str) -> Any:
    """What the first of those says that a gift is applied to and that have this."""
    return next((each[name] for each in rows_of(row["applied"]) if each[name] is not None), None)


def _applied_to(gift: Any, kind: str) -> list[Any]:
    """What a gift's row is applied to of one kind, `pledge` or `recurring_gift`."""
    if gift["applied"] is None:
        return []
    of_gift = {"gift_id": gift["id"], "contact_id": gift["contact_id"], "gift_on": gift["gift_on"],
               "amount_minor": gift["amount_minor"], "currency": gift["currency"]}  # fmt: skip
    rows = [{**row, **of_gift} for row in rows_of(gift["applied"]) if row["kind"] == kind]
    if kind == "pledge":
        return [pledge_payment(row, row["of_currency"]) for row in rows]
    return [recurring_payment(row, row["of_currency"]) for row in rows]
