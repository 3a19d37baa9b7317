"""The names of the types of gifts."""

from __future__ import annotations

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


def type_name(gift_type: str) -> str:
    """A gift type as people read it."""
    return TYPE_NAMES.get(gift_type, gift_type)
