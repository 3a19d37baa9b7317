"""What a valid definition of a field of the CRM is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.kernel.custom_fields import TYPES as TYPES
from almoner.kernel.custom_fields import Definition as Definition
from almoner.kernel.custom_fields import Holds as Holds
from almoner.kernel.custom_fields import examined, refuse_any
from almoner.kernel.custom_fields import revised as revised
from almoner.kernel.errors import FieldError
from almoner.kernel.labels import read_label

RECORD_TYPES = ("Contact", "ContactIndividual", "ContactNote", "Gift", "GiftAsk", "Grant", "PlannedGift", "Pledge",
                "Premium", "Project", "RecurringGift")  # fmt: skip
"""The kinds of records that can have fields of the organization's own, as the API's paths name them."""


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new field of a kind of record; `Invalid` names everything that is broken."""
    errors: list[FieldError] = []
    record_type = None if said["record_type"] is None else said["record_type"].removeprefix("v2/")
    row = {"record_type": read_label("recordType", record_type, RECORD_TYPES, errors)}
    row |= examined(said, errors)
    refuse_any(errors)
    return row
