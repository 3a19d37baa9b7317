"""The wire shape of a motivation code (raise-api.md 3.8)."""

from __future__ import annotations

from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class MotivationCodeView(View):
    """A motivation code."""

    id: int
    """The id of the motivation code."""
    name: str
    """What it means."""
    code: str
    """The code that gifts carry: unique in the organization, in whatever case."""
    description: str | None
    """More about it."""
    is_active: bool
    """Whether it is still used."""
    created_date_time: Instant
    """When it was made."""
    modified_date_time: Instant
    """When it last changed."""


def motivation_code_view(row: Any) -> MotivationCodeView:
    """A row of the table as the wire has it."""
    return fill(
        MotivationCodeView,
        row,
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )
