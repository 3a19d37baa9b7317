"""The wire shape of a giving project (raise-api.md 3.7)."""

from __future__ import annotations

from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill


class ProjectView(View):
    """A project."""

    id: int
    name: str
    code: str
    description: str | None
    is_active: bool
    is_default: bool
    created_date: str
    modified_date: str


def project_view(row: Any) -> ProjectView:
    """A row of the statement `records` as the wire has it."""
    return fill(
        ProjectView,
        row,
        created_date=utc_text(row["created_at"]),
        modified_date=utc_text(row["modified_at"]),
    )
