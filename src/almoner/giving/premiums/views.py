"""The wire shape of a premium (raise-api.md 3.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class PremiumView(View):
    """A premium."""

    id: int
    """The id of the premium."""
    name: str
    """The name of the premium."""
    code: str
    """Its code: unique in the organization, in whatever case."""
    description: str | None
    """What it is."""
    currency: str
    """The currency of its worth: the organization's when it was made."""
    fair_value: Decimal
    """What one is worth, which of a gift is not deductible."""
    fair_value_formatted: str
    """The same as text."""
    inventory_count: int | None
    """How many there are; null when nobody counts them."""
    is_active: bool
    """Whether it is given out."""
    created_date_time: Instant
    """When the premium was made."""
    modified_date_time: Instant
    """When the premium last changed; gifts that take one out of the stock are no change."""


def premium_view(row: Any) -> PremiumView:
    """A row of the table as the wire has it."""
    return fill(
        PremiumView,
        row,
        fair_value=to_decimal(row["fair_value_minor"], row["currency"]),
        fair_value_formatted=format_amount(row["fair_value_minor"], row["currency"]),
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )
