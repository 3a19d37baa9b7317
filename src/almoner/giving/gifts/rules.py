"""What is told of a gift beyond its row, and what a correction may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from almoner.giving.gifts.split import day_of, split_of
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import format_amount
from almoner.kernel.text import clean

STATUS_TEXT = {
    1: "Approved",
    2: "Refunded",
    3: "ChargeBack",
    4: "PartiallyRefunded",
    5: "Disputed",
    6: "Failed",
}
"""The label of each status. The first three labels are Raise's (raise-api.md 3.2), as is the number of the first (its legacy API); the rest is
chosen (docs/reference/choices.md). `giving_code.status_of` finds it."""
STATUS_MEANINGS = {
    1: "Nothing went back of it, or what did came again.",
    2: "All of it was refunded.",
    3: "A dispute was decided for the donor.",
    4: "A part of it was refunded.",
    5: "The donor disputes the payment, and the processor has the money until that is decided.",
    6: "The payment failed after it was taken.",
}
"""When a gift has each status; of several that fit, the one with the highest of 6, 5, 3, and else 2, 4 or 1."""
DISPUTED = 5


class GiftFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What another system needs to know of a gift, in this version. Money in minor units.

    `can_sync` is the flag of its campaign when it was made, `campaign_syncs` the one of now (without campaign: true).
    """

    id: int
    version: int
    donor_id: int
    campaign_id: int | None
    campaign_name: str | None
    amount_minor: int
    currency: str
    project_minor: Sequence[int]
    codes: Sequence[str]
    gift_on: date
    received_at: datetime
    can_sync: bool
    campaign_syncs: bool
    is_test_mode: bool
    is_anonymous: bool
    payment_type: str
    segment_code: str | None
    notes: str | None


def uncovered(
    row: Mapping[str, Any], gift: Mapping[str, Any], taken: Mapping[int, int], currency: str
) -> list[FieldError]:
    """Why a correction to the columns `row` leaves less of a `gift` than what went back of it, by project; minor units."""
    amount = row.get("amount_minor", gift["amount_minor"])
    parts: dict[int, int] = {}
    ids, minors = (row.get(name, gift[name]) for name in ("project_ids", "project_minor"))
    for id_, minor in zip(ids, minors, strict=True):
        parts[id_] = parts.get(id_, 0) + minor
    whole = sum(taken.values())
    if amount < whole:
        text = f"The gift cannot be less than what went back of it: {format_amount(whole, currency)}."
        return [FieldError("amount", "OUT_OF_RANGE", text)]
    return [
        FieldError(
            "projects",
            "OUT_OF_RANGE",
            f"Project {id_} cannot have less of the gift than what went back of it: {format_amount(minor, currency)}.",
        )
        for id_, minor in taken.items()
        if parts.get(id_, 0) < minor
    ]


def corrected(
    said: Mapping[str, Any],
    amount_minor: int,
    currency: str,
    project_ids: Sequence[int],
    today: date,
    projects_max: int,
) -> dict[str, Any]:
    """The columns to write of a gift of this amount and these projects, of the fields `said`; `projects` has yet to be resolved.

    `Invalid` names every broken field. Money in minor units; `today` is the organization-local day.
    """
    errors: list[FieldError] = []
    row: dict[str, Any] = {
        name: clean(said[name]) for name in ("segment_code", "notes", "comment") if name in said
    }
    row |= {"is_anonymous": said["is_anonymous"]} if "is_anonymous" in said else {}
    if "date" in said:
        row["gift_on"] = day_of(said["date"], today, errors)
    amount: int | None = amount_minor
    if "amount" in said:
        row["amount_minor"] = amount = positive_minor(said["amount"], currency, "amount", errors)
    parts = said.get("projects")
    if parts is not None and not parts:
        errors.append(FieldError("projects", "REQUIRED", "Name the projects that the gift is for."))
    elif parts is None and amount != amount_minor and len(project_ids) > 1:
        errors.append(FieldError("projects", "REQUIRED", "Say how the new amount is split.", ("amount",)))
    elif parts is not None:
        row["projects"] = split_of(parts, amount, currency, projects_max, errors)
    elif amount != amount_minor:
        row["project_minor"] = [amount]
    if errors:
        raise Invalid("The correction is not valid.", fields=tuple(errors))
    return row
