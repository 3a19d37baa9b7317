"""The wire shape of a premium (crm-api.md appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.wire import StampedView, stamps
from almoner.kernel.money import to_decimal
from almoner.platform.wire import fill


class PremiumView(StampedView, kw_only=True):
    """What givers get in return."""

    id: int
    """The id of the premium."""
    name: str
    """The name of the premium."""
    code: str
    """Its code: unique in the organization, in whatever case."""
    description: str | None
    """What it is."""
    currency_code: str
    """An extension: the currency of its amounts, by its code in ISO 4217."""
    price: Decimal
    """What it is sold for."""
    fair_market_value: Decimal
    """What it is worth: a gift is deductible without that."""
    cost: Decimal
    """What it costs the organization."""
    inventory_count: int
    """How many there are; below zero, how many were given out that are not there yet."""
    is_active: bool
    """Whether it is given out for new gifts."""
    custom_fields: list[CustomFieldValueView]
    """What it has in the organization's own fields."""


def premium_view(row: Any) -> PremiumView:
    """A row of the table as the wire has it."""
    currency = row["currency"]
    return fill(
        PremiumView,
        row,
        currency_code=currency,
        price=to_decimal(row["price_minor"], currency),
        fair_market_value=to_decimal(row["fair_market_value_minor"], currency),
        cost=to_decimal(row["cost_minor"], currency),
        custom_fields=told_list(row["told_custom_values"]),
        **stamps(row),
    )
