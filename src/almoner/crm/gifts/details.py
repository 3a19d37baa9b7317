"""What a gift tells that nothing is reckoned by: what belongs to its type, receipt, thanks, accounts. Pure.

It is kept as one object by the names of the body's fields; days as `2024-12-07`, numbers as they are. What is blank, false or null is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from almoner.crm.gifts.requests import GiftFieldsBody
from almoner.crm.gifts.rules import NON_CASH_TYPES, type_name
from almoner.crm.wire import read_day
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, did_you_mean, fold
from almoner.kernel.wire import day_text
from almoner.platform.wire import wire_name

OF_TYPE: Mapping[str, Sequence[str]] = {
    "Check": ("check_number",),
    "Credit": ("credit_card_type",),
    "Cryptocoin": ("cryptocoin_type", "transaction_hash", "coin_sold_for_cash", "coin_amount", "date_coin_was_sold",
                   "coin_sale_amount"),
    "NonCash": ("non_cash_gift_type_id", "non_cash_gift_type", "description", "non_cash_sold_for_cash",
                "date_non_cash_was_sold", "non_cash_original_amount", "non_cash_sale_amount"),
    "QualifiedCharitableDistribution": ("ira_custodian",),
    "Stock": ("ticker_symbol", "number_of_shares", "stock_sold_for_cash", "date_stock_was_sold", "stock_sale_amount"),
}  # fmt: skip
"""What belongs to gifts of a type alone (crm-api.md appendix A)."""
OF_ANY = ("receipt_date", "receipt_segment_id", "cash_accounting_code", "media_outlet_id", "media_outlet", "exchange_rate", "is_acknowledged_gift",
          "acknowledgement_date", "acknowledgement_notes")  # fmt: skip
DAYS = (
    "receipt_date",
    "acknowledgement_date",
    "date_coin_was_sold",
    "date_non_cash_was_sold",
    "date_stock_was_sold",
)
_TYPE_OF = {name: type_ for type_, names in OF_TYPE.items() for name in names}
_QUANTITY_DIGITS = 18
_NON_CASH_BY_ID = dict(enumerate(NON_CASH_TYPES, start=1))
_NON_CASH_BY_NAME = {fold(known): number for number, known in _NON_CASH_BY_ID.items()}


def read_details(
    gift: GiftFieldsBody, gift_type: str | None, errors: list[FieldError], prefix: str, *, is_foreign: bool
) -> dict[str, Any]:
    """What is kept of a body; `errors` get what is wrong, told under `prefix`. Only a gift in another currency than the base has a rate."""
    nested = gift.type_details
    read: dict[str, Any] = {}
    for name in (*OF_ANY, *_TYPE_OF):
        given, within = getattr(gift, name), prefix
        if not given and nested is not None and name in _TYPE_OF:
            given, within = getattr(nested, name), f"{prefix}typeDetails."
        if given is None or given is False:
            continue
        field = f"{within}{wire_name(name)}"
        value = _read(name, given, field, errors)
        if value is None:
            continue
        owner = _TYPE_OF.get(name, gift_type)
        if owner != gift_type and gift_type is not None:
            text = f"{wire_name(name)} belongs to gifts of the type {type_name(owner or '')}."
            errors.append(FieldError(field, "INCONSISTENT", text, (f"{prefix}giftType",)))
        read[name] = value
    _settle_rate(read, errors, prefix, is_foreign=is_foreign)
    return _settle_non_cash(read, errors, prefix)


def _read(name: str, given: Any, field: str, errors: list[FieldError]) -> Any:
    if isinstance(given, int) and given == 0:
        return None
    if name in DAYS:
        day = read_day(field, given, errors)
        return None if day is None else day_text(day)
    if isinstance(given, str):
        return clean(given)
    if isinstance(given, Decimal):
        if (
            not given.is_finite()
            or given < 0
            or (given and not -_QUANTITY_DIGITS < given.adjusted() < _QUANTITY_DIGITS)
        ):
            errors.append(
                FieldError(field, "OUT_OF_RANGE", "Expected a number from 0 on, of at most 18 digits.")
            )
            return None
        return given
    return given


def _settle_rate(read: dict[str, Any], errors: list[FieldError], prefix: str, *, is_foreign: bool) -> None:
    """A rate of nothing says nothing, nor does 1 in the base currency."""
    rate = read.get("exchange_rate")
    if rate is None or (is_foreign and rate):
        return
    del read["exchange_rate"]
    if rate not in (0, 1):
        text = "A gift in the base currency has the exchange rate 1."
        errors.append(FieldError(f"{prefix}exchangeRate", "INCONSISTENT", text, (f"{prefix}currencyCode",)))


def _settle_non_cash(read: dict[str, Any], errors: list[FieldError], prefix: str) -> dict[str, Any]:
    """The kind of thing that was given, by id and by name; either will do."""
    number: Any = read.get("non_cash_gift_type_id") or None
    name = read.get("non_cash_gift_type")
    read.pop("non_cash_gift_type_id", None)
    if name is not None and fold(name) not in _NON_CASH_BY_NAME:
        text = f"There is no non-cash gift type '{name[:60]}'.{did_you_mean(name, NON_CASH_TYPES)}"
        errors.append(FieldError(f"{prefix}nonCashGiftType", "UNKNOWN", text))
    elif number is not None and number not in _NON_CASH_BY_ID:
        text = f"There is no non-cash gift type {number}."
        errors.append(FieldError(f"{prefix}nonCashGiftTypeId", "UNKNOWN", text))
    elif name is not None or number is not None:
        found: int = _NON_CASH_BY_NAME[fold(name)] if name is not None else number
        if number not in (None, found):
            text = "nonCashGiftTypeId and nonCashGiftType are two types."
            errors.append(FieldError(f"{prefix}nonCashGiftType", "INCONSISTENT", text))
        read |= {"non_cash_gift_type_id": found, "non_cash_gift_type": _NON_CASH_BY_ID[found]}
    return read
