"""What a valid segment is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold_code

COST_MAX = 10**12
"""What a contact may cost, in the base currency."""

COST_PLACES = 6
"""Decimal places of what a contact costs: mail is paid in parts of a cent."""


def checked(said: Mapping[str, Any], was: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The columns to write of a segment that was so (None: a new one); `Invalid` names every broken field, but the communication."""
    errors: list[FieldError] = []
    row = {**said, "name": clean(said["name"]), "code": clean(said.get("code"))}
    if row["name"] is None and said["name"] is not None:
        errors.append(FieldError("name", "REQUIRED", "A segment needs a name."))
    if row["code"] is None and was is not None:
        row["code"] = was["code"]
    if row["code"] is None and said.get("code") is not None:
        errors.append(FieldError("code", "REQUIRED", "A segment needs a code."))
    row["code_key"] = row["code"] and fold_code(row["code"])
    for name in ("description", "package_code", "package_description"):
        row[name] = clean(said.get(name))
    if not _is_cost(said.get("cost_per_contact")):
        text = f"The cost lies between 0 and {COST_MAX}, with at most {COST_PLACES} decimal places."
        errors.append(FieldError("costPerContact", "OUT_OF_RANGE", text))
    if errors:
        raise Invalid("The segment is not valid.", fields=tuple(errors))
    return row


def named_segment(
    segment_id: int | None, code: str | None, text: str | None, prefix: str = ""
) -> dict[str, Any] | None:
    """By what a gift names its segment, as `crm_code.segment_named` takes it, with the field that does and what it says; None when it does not.

    Of several names the first of `segmentId`, `segmentCode` and `segment`: the last is a code or, as gifts are read, a name. Fields
    stand under `prefix` (`[3].`).
    """
    by_code, by_text = clean(code), clean(text)
    if segment_id is not None:
        return {"id": segment_id, "said": f"id {segment_id}", "field": f"{prefix}segmentId"}
    if by_code is not None:
        said = f"code '{by_code}'"
        return {"key": fold_code(by_code), "said": said, "field": f"{prefix}segmentCode"}
    if by_text is not None:
        said = f"code or name '{by_text}'"
        return {"key": fold_code(by_text), "text": by_text, "said": said, "field": f"{prefix}segment"}
    return None


def _is_cost(cost: Decimal | None) -> bool:
    return cost is None or (cost.is_finite() and 0 <= cost <= COST_MAX and cost == round(cost, COST_PLACES))
