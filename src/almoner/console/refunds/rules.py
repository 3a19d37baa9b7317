"""What the form of a refund asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from almoner.giving.gifts.requests import GiftProjectBody
from almoner.giving.reversals.requests import RefundBody
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, parse_number

WHOLE, BY_PROJECT = "whole", "projects"
"""How the form says how much goes back: an amount of all projects, or an amount of each."""
REASON_MAX = 1000
_PROJECT = "project-"


def body_of(form: Mapping[str, str]) -> RefundBody:
    """The refund that the form asks for; `Invalid` names every amount that is none, and a choice that the amounts do not fit."""
    errors: list[FieldError] = []
    reason = form.get("reason", "").strip()[:REASON_MAX] or None
    parts = [
        GiftProjectBody(project_id=id_, amount=_amount(text, f"{_PROJECT}{id_}", errors))
        for id_, text in parts_of(form).items()
    ]
    is_by_project = form.get("how") == BY_PROJECT
    if is_by_project and not parts:
        errors.append(FieldError("projects", "REQUIRED", "Say how much of which project goes back."))
    if not is_by_project and parts:
        text = "Amounts of single projects are filled in, and an amount of the whole gift is chosen: choose one of the two."
        errors.append(FieldError("projects", "SUM_MISMATCH", text))
    amount = None if is_by_project else _amount(form.get("amount", "").strip(), "amount", errors)
    if errors:
        raise Invalid("The refund is not valid.", fields=tuple(errors))
    return RefundBody(amount=amount, projects=parts or None, reason=reason)


def parts_of(form: Mapping[str, str]) -> dict[int, str]:
    """What is typed beside each project, by its id; without those beside which nothing is."""
    named = ((name.removeprefix(_PROJECT), text.strip()) for name, text in form.items() if _PROJECT in name)
    return {
        int(id_): text for id_, text in named if text and id_.isascii() and id_.isdigit() and len(id_) <= 18
    }


def _amount(text: str, field: str, errors: list[FieldError]) -> Decimal | None:
    if not text:
        errors.append(FieldError(field, "REQUIRED", "Say how much goes back."))
        return None
    try:
        return parse_number(text)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None
