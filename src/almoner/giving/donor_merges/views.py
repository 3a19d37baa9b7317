"""The wire shapes of merges of donors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.custom_fields.views import CustomFieldValueView
from almoner.platform.wire import Instant, View, fill


class DonorGivingView(View):
    """What a donor gave in one currency, tests aside."""

    currency: str
    """The currency, by its code in ISO 4217."""
    gift_count: int
    """How many gifts."""
    amount: Decimal
    """Their sum, in `currency`."""
    formatted_amount: str
    """The sum as text."""


class MergeSideView(View):
    """One of two donors who may be one."""

    donor_id: int
    """The donor."""
    name: str
    """The name to show."""
    email: str | None
    """The primary e-mail address."""
    crm_key: str | None
    """The contact that the donor is in the CRM; the merge leaves it as it is."""
    created_date: Instant
    """When the donor first gave."""
    gift_count: int
    """How many gifts the donor has, tests too."""
    schedule_count: int
    """How many recurring gifts; none are kept yet."""
    lifetime_giving: list[DonorGivingView]
    """What the donor gave, by currency."""


class MergePreviewView(View):
    """What a merge of two donors would do; nothing of it is done."""

    survivor: MergeSideView
    """Who stays, with contact data, addresses and keys as they are; custom fields are filled in."""
    duplicate: MergeSideView
    """Who is merged into that one, and answers for it from then on."""
    moved_gift_count: int
    """How many gifts would move."""
    moved_schedule_count: int
    """How many recurring gifts would move; none are kept yet."""
    found_by: list[str]
    """The e-mail addresses of the duplicate, by which the survivor would be found too."""
    filled_custom_fields: list[CustomFieldValueView]
    """What the survivor would get in the organization's own fields: what it has nothing in and the duplicate has something."""
    obstacle: str | None
    """Why the two cannot be merged; null when they can."""


class DonorMergeView(View):
    """A merge of two donors."""

    id: int
    """The id of the merge."""
    survivor_id: int
    """The donor who stayed."""
    duplicate_id: int
    """The donor who was merged into that one."""
    merged_date: Instant
    """When they were merged."""
    merged_by: str
    """Who merged them: the name of a user or of an API key."""
    reason: str | None
    """Why, as far as somebody said."""
    unmerged_date: Instant | None
    """When they were parted again; null while the merge stands."""
    unmerged_by: str | None
    """Who parted them."""


def merge_view(row: Any) -> DonorMergeView:
    """A row of the merges as the wire has it."""
    at = row["unmerged_at"]
    return fill(
        DonorMergeView,
        row,
        merged_date=utc_text(row["merged_at"]),
        unmerged_date=None if at is None else utc_text(at),
    )
