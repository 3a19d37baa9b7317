"""What comes with some gifts beside their money: premium, tribute, addresses, whence the donor came (raise-api.md 3.2). Told from their rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from almoner.kernel.money import format_amount, to_decimal
from almoner.platform.wire import View, one_of

TRIBUTE_TYPES = {"InHonorOf": "In Honor Of", "InMemoryOf": "In Memory Of"}
"""What a tribute is, with its name."""


class GiftAddressView(View):
    """An address that came with a gift."""

    address1: str | None
    """The first line."""
    address2: str | None
    """The second line."""
    city: str | None
    """The city."""
    state: str | None
    """The state or province."""
    postal: str | None
    """The postal code."""
    country_string: str | None
    """The country."""
    address_type_display: str
    """What the address is for: `Billing` or `Shipping`."""


class GiftPremiumView(View):
    """What the donor got in return, as it was worth then."""

    premium_id: int
    """The id of the premium."""
    name: str
    """Its name then."""
    quantity: int
    """How many: one."""
    currency: str
    """The currency of its worth."""
    fair_value: Decimal
    """What it was worth, which of the gift is not deductible."""
    fair_value_formatted: str
    """The same as text."""


class TributeView(View):
    """In whose honor or memory a gift was given."""

    type: Annotated[str, one_of(TRIBUTE_TYPES)]
    """Whether it honors or remembers."""
    type_display: str
    """The same in words."""
    name: str
    """Who is honored or remembered."""
    message: str | None
    """What the donor says to whom it is told."""
    notify_name: str | None
    """Who is to be told of it."""
    notify_email: str | None
    """The e-mail address of whom to tell."""
    notify_address: str | None
    """The postal address of whom to tell."""


class CurrencyExchangeView(View, kw_only=True):
    """A part of a gift in another currency than the base currency. No rate is known here: what would need one is null."""

    native_amount: str
    """The part, formatted."""
    native_currency_code: str
    """The currency of the gift."""
    settled_exchange_rate: Decimal | None = None
    """The rate at which the processor settled; not known."""
    settled_amount: str | None = None
    """What it settled; not known."""
    settled_currency_code: str | None = None
    """The currency of that; not known."""
    base_exchange_rate: Decimal | None = None
    """The rate of the base currency; not known."""
    base_amount: str | None = None
    """The part in the base currency; not known."""
    base_currency_code: str
    """The organization's base currency."""
    is_different_currency: bool
    """Whether the two differ: always, where this is told at all."""


def _address(row: Any, which: str) -> GiftAddressView | None:
    names = ("address1", "address2", "city", "state", "postal", "country")
    address1, address2, city, state, postal, country = (row.get(f"{which}_{name}") for name in names)
    if all(value is None for value in (address1, address2, city, state, postal, country)):
        return None
    return GiftAddressView(
        address1=address1,
        address2=address2,
        city=city,
        state=state,
        postal=postal,
        country_string=country,
        address_type_display=which.capitalize(),
    )


def _premium(row: Any) -> GiftPremiumView | None:
    if row.get("premium_id") is None:
        return None
    worth, currency = row["premium_value_minor"], row["premium_currency"]
    return GiftPremiumView(
        premium_id=row["premium_id"],
        name=row["premium_name"],
        quantity=1,
        currency=currency,
        fair_value=to_decimal(worth, currency),
        fair_value_formatted=format_amount(worth, currency),
    )


def _tribute(row: Any) -> TributeView | None:
    kind = row.get("tribute_type")
    if kind is None:
        return None
    return TributeView(
        type=kind,
        type_display=TRIBUTE_TYPES[kind],
        name=row["tribute_name"],
        message=row["tribute_message"],
        notify_name=row["tribute_notify_name"],
        notify_email=row["tribute_notify_email"],
        notify_address=row["tribute_notify_address"],
    )


def _costs(row: Any) -> Decimal | None:
    minor = row.get("costs_minor")
    return None if minor is None else to_decimal(minor, row["currency"])


def _browser(row: Any) -> dict[str, str] | None:
    text = row.get("browser_info")
    return None if text is None else msgspec.json.decode(text, type=dict[str, str])


EXTRAS: dict[str, Callable[[Any], Any]] = {
    "billing_address": lambda row: _address(row, "billing"),
    "shipping_address": lambda row: _address(row, "shipping"),
    "donor_paid_costs": lambda row: row.get("costs_minor") is not None,
    "costs": _costs,
    "gift_aid_requested": lambda row: bool(row.get("gift_aid_requested")),
    "browser_info": _browser,
    "premium": _premium,
    "tribute": _tribute,
}
"""What a gift tells of them, each made alone. A row that lacks the columns is of a gift that has none."""
