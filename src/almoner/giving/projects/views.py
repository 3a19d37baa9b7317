"""The wire shape of a giving project (raise-api.md 3.7)."""

from __future__ import annotations

from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill


class ProjectView(View):
    """A project."""

    id: int
    """The id of the project."""
    name: str
    """The name of the project."""
    code: str
    """Its code: unique in the organization, in whatever case, and the code of its twin in the CRM."""
    description: str | None
    """What it is for; it may hold HTML."""
    is_active: bool
    """Whether it takes gifts."""
    is_default: bool
    """Whether gifts that name no project are for it."""
    is_for_costs: bool
    """Whether the costs that donors cover are for it; it is the program's own, and cannot be changed."""
    sort_order: int
    """Where it stands among others: the lower, the earlier."""
    image_url: str | None
    """The address of a picture of it."""
    receipt_emails: list[str]
    """E-mail addresses that are told of each receipt for it."""
    is_tax_deductible: bool
    """An extension: whether receipts name what is given for it as deductible."""
    created_date: Instant
    """When the project was made."""
    modified_date: Instant
    """When the project last changed."""


def project_view(row: Any) -> ProjectView:
    """A row of the statement `records` as the wire has it."""
    return fill(
        ProjectView,
        row,
        created_date=utc_text(row["created_at"]),
        modified_date=utc_text(row["modified_at"]),
    )
