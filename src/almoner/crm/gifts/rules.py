"""The names of the types of gifts."""

from __future__ import annotations

from almoner.kernel.text import fold

REVERSING = "Reversing Transaction"
"""The type of what takes a gift back, as it is stored."""

TYPE_NAMES = {
    "EFT": "Electronic Funds Transfer",
    "NonCash": "Non-Cash",
    "QualifiedCharitableDistribution": "Qualified Charitable Distribution",
    "ReversingTransaction": "Reversing Transaction",
}
"""Names of the gift types that are not written as they are stored (crm-api.md 8.4)."""


TYPES = {
    TYPE_NAMES.get(stored, stored): stored
    for stored in ("Cash", "Check", "Credit", "Cryptocoin", "EFT", "NonCash", "Other", "PayPal",
                   "QualifiedCharitableDistribution", "Stock")
} | {REVERSING: REVERSING}  # fmt: skip
"""The types of gifts by the names that people read (crm-api.md 8.4)."""

NON_CASH_TYPES = ("ATV", "Boat", "Business Interest", "Car", "Electronics", "Gift Card", "Jewelry", "Motorcycle", "Other",
                  "Real Estate", "RV")  # fmt: skip
"""What was given that is no money, in the order of their ids from 1 on (crm-api.md 8.4)."""


def plain(text: str) -> str:
    """The name of a type as it is compared: in any case, with or without blanks and hyphens."""
    return fold(text).replace(" ", "").replace("-", "")


_BY_PLAIN = {plain(name): stored for told, stored in TYPES.items() for name in (told, stored)}


def stored_type(given: str) -> str | None:
    """The type that is called so, by its name or its code; None when there is none."""
    return _BY_PLAIN.get(plain(given))


def type_name(gift_type: str) -> str:
    """A gift type as people read it."""
    return TYPE_NAMES.get(gift_type, gift_type)
