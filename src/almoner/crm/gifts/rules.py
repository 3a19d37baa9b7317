"""The names of the types of gifts."""

from __future__ import annotations

TYPE_NAMES = {
    "EFT": "Electronic Funds Transfer",
    "NonCash": "Non-Cash",
    "ReversingTransaction": "Reversing Transaction",
}
"""Names of the gift types that are not written as they are stored (crm-api.md 8.4)."""


def type_name(gift_type: str) -> str:
    """A gift type as people read it."""
    return TYPE_NAMES.get(gift_type, gift_type)
