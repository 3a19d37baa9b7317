"""What a valid note about a project is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.crm.contact_notes.rules import TYPES
from almoner.crm.wire import read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a note of the fields `said`; `Invalid` names the broken ones."""
    errors: list[FieldError] = []
    row = {**said, "note": clean(said["note"]), "type": read_label("type", said["type"], TYPES, errors)}
    row["is_private"] = row.pop("private", False) or row.get("is_private", False)
    if row["note"] is None:
        errors.append(FieldError("note", "REQUIRED", "A note needs a text."))
    if errors:
        raise Invalid("The note is not valid.", fields=tuple(errors))
    return row
