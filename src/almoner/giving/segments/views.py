"""The wire shape of a segment (raise-api.md 3.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.figures import by_currency
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class SegmentGivingView(View):
    """What a segment gave in one currency. An extension: no rate is known by which currencies could be added up."""

    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal | None
    """What was given in it, less what went back; null for a currency that is not known."""
    formatted_amount: str
    """The same as text."""
    total_gifts: int
    """By how many gifts."""
    total_donors: int
    """By how many donors."""
    average_gift_amount: str
    """The amount by the gifts, formatted, rounded down to the minor unit."""
    median_gift_amount: str
    """The gift in the middle, formatted; the lower one of two."""
    highest_gift_amount: str
    """The greatest gift, formatted."""


class SegmentView(View, kw_only=True):
    """A segment with what it gave so far: gifts in the base currency, and none in test mode, but for `givenByCurrency`.

    Amounts are less what went back; the gift in the middle and the greatest are as they were given.
    """

    id: int
    """The id of the segment."""
    campaign_id: int
    """The campaign that it belongs to."""
    campaign_name: str
    """The name of that campaign."""
    name: str
    """The name of the segment."""
    description: str | None
    """Whom it is for."""
    code: str
    """Its code: unique in the organization, in whatever case."""
    external_identifier: str | None
    """What another system calls it."""
    total_donors: int
    """The donors of its gifts, each once."""
    total_gifts: int
    """How many gifts it gave."""
    total_gift_amount: str
    """What they come to, less what went back, formatted."""
    average_gift_amount: str
    """`totalGiftAmount` by `totalGifts`, formatted, rounded down to the minor unit."""
    median_gift_amount: str
    """The gift in the middle, formatted; the lower one of two."""
    highest_gift_amount: str
    """The greatest gift, formatted."""
    total_visitors: int | None = None
    """How many looked at its forms; not counted."""
    conversion_rate: str | None = None
    """How many of them gave; not counted."""
    given_by_currency: list[SegmentGivingView]
    """An extension: what was given, each currency by itself."""
    created_date_time: Instant
    """When the segment was made."""
    modified_date_time: Instant
    """When the segment last changed."""


def segment_view(row: Any, currency: str) -> SegmentView:
    """A row of the statement `records` as the wire has it, told in `currency`, the organization's base currency."""
    by_code = by_currency(row)
    base = _given(currency, *by_code.get(currency, (0, 0, 0, 0, 0)))
    return fill(
        SegmentView,
        row,
        total_donors=base.total_donors,
        total_gifts=base.total_gifts,
        total_gift_amount=base.formatted_amount,
        average_gift_amount=base.average_gift_amount,
        median_gift_amount=base.median_gift_amount,
        highest_gift_amount=base.highest_gift_amount,
        given_by_currency=[_given(code, *figures) for code, figures in by_code.items()],
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )


def _given(
    currency: str, minor: int, gifts: int, donors: int, median: int, highest: int
) -> SegmentGivingView:
    return SegmentGivingView(
        currency=currency,
        amount=to_decimal(minor, currency) if currency in EXPONENTS else None,
        formatted_amount=format_amount(minor, currency),
        total_gifts=gifts,
        total_donors=donors,
        average_gift_amount=format_amount(minor // max(gifts, 1), currency),
        median_gift_amount=format_amount(median, currency),
        highest_gift_amount=format_amount(highest, currency),
    )
