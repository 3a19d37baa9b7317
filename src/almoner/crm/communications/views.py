"""The wire shapes of a communication (crm-api.md 6 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from almoner.crm.campaigns.views import moment_text
from almoner.crm.wire import StampedView, stamps
from almoner.kernel.money import to_decimal
from almoner.platform.wire import View, fill


class CommunicationView(StampedView, kw_only=True):
    """A communication. What this version does not keep is null."""

    communication_id: int
    """The id of the communication."""
    name: str
    """The name of the communication."""
    campaign_id: int
    """The campaign that it belongs to."""
    campaign_name: str
    """The name of the campaign."""
    channel_type: str | None
    """By which channel it goes out."""
    communication_type: str | None
    """What kind it is."""
    communication_step: str | None
    """An extension: the step of the campaign that it is."""
    start_date_time_utc: str | None
    """When it goes out, in UTC (`2024-11-01T00:00:00Z`)."""
    giving_goal: Decimal | None
    """How much it is to bring, in the base currency."""
    project_id: int | None = None
    """The project that it is for; not kept, for no call says it."""
    project_code: str | None = None
    """The code of that project; not kept."""
    project_name: str | None = None
    """The name of that project; not kept."""


class CommunicationRowView(View, kw_only=True):
    """A communication in a query's answer, with the keys of the original as they are spelt there."""

    communication_id: int
    """An extension: the id of the communication."""
    name: str
    """An extension: the name of the communication."""
    campaign_id: int
    """The campaign that it belongs to."""
    campaign_name: str
    """The name of the campaign."""
    channel_type: str | None
    """By which channel it goes out."""
    communication_type: str | None
    """What kind it is."""
    startdate_time_utc: str | None
    """When it goes out, in UTC."""
    giving_goal: Decimal | None
    """How much it is to bring, in the base currency."""
    project_id: int | None = None
    """The project that it is for; not kept."""
    project_code: str | None = None
    """The code of that project; not kept."""
    project_name: str | None = None
    """The name of that project; not kept."""
    created_date_time_utc: str
    """When the record was made: UTC with milliseconds and no zone mark."""
    created_by_user: str | None = None
    """Who made it; not kept yet."""
    last_modified_date_time_utc: str
    """When the record last changed: UTC with milliseconds and no zone mark."""
    modified_by_user: str | None = None
    """Who changed it last; not kept yet."""


def communication_view(row: Any, currency: str) -> CommunicationView:
    """A row of the statement `records` as the wire has it; its goal is in `currency`."""
    goal = row["giving_goal_minor"]
    return fill(
        CommunicationView,
        row,
        communication_id=row["id"],
        communication_step=row["step"],
        start_date_time_utc=moment_text(row["starts_at"]),
        giving_goal=None if goal is None else to_decimal(goal, currency),
        **stamps(row),
    )


def communication_row(communication: CommunicationView) -> CommunicationRowView:
    """`communication` as a query tells it."""
    return fill(
        CommunicationRowView,
        communication,
        startdate_time_utc=communication.start_date_time_utc,
        created_date_time_utc=communication.create_date_time_utc,
        last_modified_date_time_utc=communication.modified_date_time_utc,
    )
