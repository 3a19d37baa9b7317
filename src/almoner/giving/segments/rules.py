"""What a valid segment is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.giving.coded import named
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean


def checked(said: Mapping[str, Any], belongs_to: int | None = None) -> dict[str, Any]:
    """The columns to write of a segment of the fields `said`; `Invalid` names every broken one.

    One that is there already belongs to the campaign `belongs_to`, and stays there.
    """
    errors: list[FieldError] = []
    row = named(said, "segment", errors)
    row["external_identifier"] = clean(said.get("external_identifier"))
    if belongs_to is None:
        row["campaign_id"] = said["campaign_id"]
    elif said["campaign_id"] not in (None, belongs_to):
        text = f"The segment belongs to campaign {belongs_to}, as do its gifts: make another segment."
        errors.append(FieldError("campaignId", "INCONSISTENT", text))
    if errors:
        raise Invalid("The segment is not valid.", fields=tuple(errors))
    return row
