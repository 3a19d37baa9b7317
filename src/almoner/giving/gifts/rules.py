"""What is told of a gift beyond its row, and what a correction may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from almoner.giving.gifts.split import day_of, split_of
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean

STATUS_TEXT = {1: "Approved"}
"""The label of each status (raise-api.md 3.2)."""


class GiftFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What another system needs to know of a gift, in this version. Money in minor units.

    `costs_minor` is in its amount and its split. `can_sync` is the flag of its campaign when it was made, `campaign_syncs` the one of now (without campaign: true).
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
    segment_id: int | None = None
    segment_name: str | None = None
    form_id: int | None = None
    form_name: str | None = None
    motivation_code: str | None = None
    costs_minor: int | None = None
    premium_code: str | None = None
    tribute_type: str | None = None
    tribute_name: str | None = None
    tribute_message: str | None = None


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
