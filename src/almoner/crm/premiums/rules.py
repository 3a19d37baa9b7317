"""What a valid premium is, and how its stock may be moved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from almoner.crm.custom_fields.values import Fields
from almoner.kernel.amounts import whole_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold_code

_AMOUNTS = {
    "price": ("price", "price_minor"),
    "fair_market_value": ("fairMarketValue", "fair_market_value_minor"),
    "cost": ("cost", "cost_minor"),
}


def checked(said: Mapping[str, Any], currency: str, fields: Fields, was: str | None = None) -> dict[str, Any]:
    """The columns to write of a premium of the fields `said`, amounts in `currency`; `Invalid` names every broken field.

    A stock that is not said has no column; null is none. Of the organization's own `fields` it had `was`.
    """
    errors: list[FieldError] = []
    row = {name: value for name, value in said.items() if name not in _AMOUNTS}
    for name in ("name", "code"):
        row[name] = clean(said[name])
        if row[name] is None:
            errors.append(FieldError(name, "REQUIRED", f"A premium needs a {name}."))
    row["code_key"] = fold_code(row["code"] or "")
    row["description"] = clean(said.get("description"))
    if "inventory_count" in row:
        row["inventory_count"] = row["inventory_count"] or 0
    row["custom_values"] = fields.written(row.pop("custom_fields", None), errors, was=was)
    for name, (field, column) in _AMOUNTS.items():
        row[column] = _worth(said.get(name), currency, field, errors)
    if errors:
        raise Invalid("The premium is not valid.", fields=tuple(errors))
    return row


def _worth(amount: Decimal | None, currency: str, field: str, errors: list[FieldError]) -> int:
    minor = whole_minor(amount, currency, field, errors) or 0
    if minor < 0:
        errors.append(FieldError(field, "OUT_OF_RANGE", "The amount cannot be negative."))
    return minor
