"""The wire shape of fields that an organization adds to its donors. The original's is not known (raise-api.md 2, 3.8)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.kernel.custom_fields import TYPES
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill, one_of


class CustomFieldView(View):
    """A field that the organization added to its donors."""

    id: int
    """The id of the field."""
    name: str
    """Its name, which stays."""
    display_name: str
    """How it is shown, and asked for in queries."""
    data_type: Annotated[str, one_of(TYPES)]
    """What it holds."""
    options: list[str]
    """What can be chosen of a list; empty for other types."""
    is_required: bool
    """Whether a donor whose custom fields change over the API must have a value in it. A gift is not refused for want of one."""
    is_archived: bool
    """Whether it is out of use."""
    created_date_time: Instant
    """When it was made."""
    modified_date_time: Instant
    """When it last changed."""


def field_view(row: Any) -> CustomFieldView:
    """A row of the table as the wire has it."""
    return fill(
        CustomFieldView,
        row,
        options=list(row["options"]),
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )
