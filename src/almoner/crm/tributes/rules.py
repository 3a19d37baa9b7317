"""What a valid tribute is, and how it is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.crm.wire import read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, full_name

TYPES = {"In Honor Of": "InHonorOf", "In Memory Of": "InMemoryOf"}
"""The types of tributes by the names that people read, each with the code that it is stored by (crm-api.md 8.3)."""

NAMES = {code: name for name, code in TYPES.items()}
"""The names of the types, by their codes."""

_TEXTS = ("first_name", "last_name", "address1", "address2", "city", "state", "postal_code")


def read_type(field: str, text: str | None, errors: list[FieldError]) -> str | None:
    """The code of the type that `text` names, by its name or code in whatever case; None with an error of `field`, or of what is blank."""
    name = None if clean(text) is None else read_label(field, text, tuple(TYPES), errors)
    return None if name is None else TYPES[name]


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a tribute of the fields `said`; `Invalid` names every broken field. A tribute is to somebody."""
    errors: list[FieldError] = []
    row = {**said, **{name: clean(said.get(name)) for name in _TEXTS}}
    row["tribute_type"] = read_type("tributeType", said["tribute_type"], errors)
    if said["tribute_type"] is not None and clean(said["tribute_type"]) is None:
        errors.append(FieldError("tributeType", "REQUIRED", "A tribute needs a type."))
    who = ("first_name", "last_name", "contact_individual_id")
    if not any(row.get(name) for name in who):
        text = "A tribute needs a name, or the individual that it is to."
        errors.append(FieldError("lastName", "REQUIRED", text, ("firstName", "contactIndividualId")))
    if errors:
        raise Invalid("The tribute is not valid.", fields=tuple(errors))
    return row


def words(code: str | None, first: str | None, last: str | None, description: str | None) -> str | None:
    """A tribute as people read it: `In Memory Of Ada Example`, with its words where nobody is named; None when nobody and nothing is."""
    name = full_name(first, last) or description
    return " ".join(part for part in (code and NAMES[code], name) if part) if name else None
