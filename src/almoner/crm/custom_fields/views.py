"""The wire shapes of fields of the organization's own, and of the values that records have in them (crm-api.md 8.10; client-facts.md 29)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.crm.custom_fields.rules import RECORD_TYPES, TYPES
from almoner.crm.wire import StampedView, short_text, stamps
from almoner.platform.custom_fields import values, views
from almoner.platform.custom_fields.views import CustomFieldValueView as CustomFieldValueView
from almoner.platform.wire import fill, one_of

TOLD = {
    "custom_values": "crm_code.told_custom_fields(organization_id, custom_values)",
}
"""For `Records(.., told=TOLD)`: reads `told_custom_values` beside a table's own columns."""


class CustomFieldView(StampedView, kw_only=True):
    """A field that the organization added to a kind of record."""

    id: int
    """An extension: the id of the field."""
    record_type: Annotated[str, one_of(RECORD_TYPES)]
    """An extension: the kind of record."""
    data_type: Annotated[str, one_of(TYPES)]
    """What it holds."""
    name: str
    """Its name."""
    display_name: str
    """How it is shown, and asked for in queries."""
    options: list[str]
    """What can be chosen of a list; empty for other types."""
    is_required: bool
    """An extension: whether records that are made or replaced over the API must have a value in it."""
    is_archived: bool
    """An extension: whether it is out of use."""


def field_view(row: Any) -> CustomFieldView:
    """A row of the table as the wire has it."""
    return fill(CustomFieldView, row, options=list(row["options"]), **stamps(row))


def told_list(told: str | None) -> list[CustomFieldValueView]:
    """The column `told_custom_values` as most records have it."""
    return views.told_list(told, short_text)


def told_object(told: str | None) -> dict[str, str]:
    """The column `told_custom_values` as projects, rows of designations and events have it: by name."""
    return {view.name: view.value for view in told_list(told)}


def told_value(data_type: str, text: str) -> str:
    """A value as it is told, of the text that the database has of it."""
    return values.told_value(data_type, text, short_text)
