"""What a valid grant is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.crm.commitments.reading import beside_segment, clean_texts, read_days
from almoner.crm.custom_fields.values import Fields
from almoner.crm.wire import read_amount, read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean

STATUSES = ("Active", "Did Not Apply", "Lost", "Upcoming", "Won")
TYPES = ("Incoming", "Outgoing")
_DAYS = {
    "due_date": ("dueDate", "due_on"),
    "submission_date": ("submissionDate", "submitted_on"),
    "anticipated_award_date": ("anticipatedAwardDate", "anticipated_award_on"),
    "awarded_date": ("awardedDate", "awarded_on"),
}


def checked(
    said: Mapping[str, Any], currency: str, was: Mapping[str, Any] | None = None, *, fields: Fields
) -> dict[str, Any]:
    """The columns, its segment aside, of a grant of the fields `said`, amounts in `currency`; `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {**beside_segment(said), "currency": currency, "contact_id": said["granting_organization_id"]}
    del row["granting_organization_id"]
    for name in _DAYS:
        other = row.pop(f"{name}_utc")
        row[name] = row[name] if clean(row[name]) is not None else other
    read_days(row, _DAYS, errors)
    for column, name, field in (
        ("anticipated_minor", "total_anticipated_amount", "totalAnticipatedAmount"),
        ("awarded_minor", "awarded_amount", "awardedAmount"),
    ):
        row[column] = read_amount(field, row.pop(name), currency, errors)
    row["status"] = read_label("status", said["status"], STATUSES, errors)
    row["grant_type"] = read_label("grantType", said["grant_type"], TYPES, errors)
    clean_texts(row, "title", "description", "reference_id", "website", "award_terms", "point_of_contact_name",
                "point_of_contact_email", "point_of_contact_phone")  # fmt: skip
    if said["title"] is not None and row["title"] is None:
        errors.append(FieldError("title", "REQUIRED", "A grant needs a title."))
    row["custom_values"] = fields.written(
        row.pop("custom_fields"), errors, was=None if was is None else was["custom_values"]
    )
    if errors:
        raise Invalid("The grant is not valid.", fields=tuple(errors))
    return row
