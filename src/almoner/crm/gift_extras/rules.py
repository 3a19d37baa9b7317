"""What goes with a gift, checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from almoner.crm.tributes.rules import read_type
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, fold

_LEFT_OUT = {"delete", "deleted", "ignore", "ignored"}


def premiums_of(premiums: Sequence[Any]) -> dict[int, int]:
    """How many of each premium are to be given out: those that one body names twice add up, and those to leave out do not count."""
    wanted: dict[int, int] = {}
    for one in premiums:
        if one is not None and one.premium_id is not None and fold(one.state or "") not in _LEFT_OUT:
            wanted[one.premium_id] = wanted.get(one.premium_id, 0) + (one.quantity or 0)
    return wanted


def checked(body: Any, at: str, errors: list[FieldError], premiums_max: int) -> dict[str, Any]:
    """What goes with a gift by the fields of its body; what is wrong with it is told under `at`."""
    if len(body.gift_premiums or ()) > premiums_max:
        text = f"A gift has at most {premiums_max} premiums."
        errors.append(FieldError(f"{at}giftPremiums", "TOO_MANY", text))
    row: dict[str, Any] = {
        "tribute_id": body.tribute_id,
        "tribute_type": read_type(f"{at}tributeType", body.tribute_type, errors),
        "description": clean(body.tribute_description),
        "acknowledgee_id": body.acknowledgee_id or body.acknowledgee_individual_id,
    }
    has_tribute = any(value is not None for value in row.values())
    premiums = [
        {"premium_id": premium_id, "quantity": quantity}
        for premium_id, quantity in premiums_of((body.gift_premiums or ())[:premiums_max]).items()
    ]
    return {**row, "has_tribute": has_tribute, "premiums": premiums}


def is_empty(extras: Mapping[str, Any]) -> bool:
    """Whether nothing goes with the gift."""
    return not (extras["has_tribute"] or extras["premiums"])
