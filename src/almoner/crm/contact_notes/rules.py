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


def checked(said: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The columns to write of a note whose fields are `said`; undated it is of `today`. `Invalid` names every broken field."""
    errors: list[FieldError] = []
    row = {**said, "note": clean(said["note"]), "type": read_label("type", said["type"], TYPES, errors)}
    row["noted_on"] = read_day("noteDateTime", row.pop("note_date_time"), errors) or today
    row["is_private"] = row.pop("private")
    if row["note"] is None:
        errors.append(FieldError("note", "REQUIRED", "A note needs a text."))
    if errors:
        raise Invalid("The note is not valid.", fields=tuple(errors))
    return row
