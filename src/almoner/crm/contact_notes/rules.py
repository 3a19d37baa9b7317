"""What a valid note is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from almoner.crm.wire import read_day, read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean

TYPES = ("General", "Call", "Text Message", "Letter", "Direct Mail", "Social Media", "Email", "In Person", "Event",
         "Alert", "Thank You")  # fmt: skip
"""Labels of the note types (crm-api.md 8.3)."""


def checked(said: Mapping[str, Any], today: date | None = None) -> dict[str, Any]:
    """The columns to write of a note of the fields `said`, undated of `today` or as it was; `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {**said, "note": clean(said["note"]), "type": read_label("type", said["type"], TYPES, errors)}
    row["is_private"] = row.pop("private", False) or row.get("is_private", False)
    day = read_day("noteDateTime", row.pop("note_date_time", None), errors) or today
    row |= {} if day is None else {"noted_on": day}
    if row["note"] is None:
        errors.append(FieldError("note", "REQUIRED", "A note needs a text."))
    if errors:
        raise Invalid("The note is not valid.", fields=tuple(errors))
    return row
