"""What comes in about campaigns and the projects in them (crm-api.md appendix A for the names). Extensions: the original takes no campaigns."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.crm.wire import AnyId, WrittenDay
from almoner.platform.wire import Body

STEPS_MAX = 100
"""Steps of one campaign."""

Goal = Annotated[int, Meta(ge=0, le=2**53)]
GoalAmount = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]
Step = Annotated[str, Meta(max_length=100)]


class CampaignBody(Body):
    """A campaign, new or from now on: what is left out is cleared. Goals in money are in the base currency."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the campaign."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    start_date_time_utc: WrittenDay | None = None
    """When it begins, in UTC when no zone is said; of a day, the organization-local beginning."""
    end_date_time_utc: WrittenDay | None = None
    """When it ends, in UTC when no zone is said; of a day, the organization-local end."""
    giving_goal: GoalAmount | None = None
    """How much it is to bring."""
    new_giver_goal: Goal | None = None
    """How many contacts are to give for the first time."""
    total_gift_goal: Goal | None = None
    """How many gifts it is to bring."""
    steps: Annotated[list[Step], Meta(max_length=STEPS_MAX)] = msgspec.field(default_factory=list)
    """Its activities in their order, each once: what a communication may name as its step."""


class CampaignProjectDaysBody(Body):
    """From when to when a project belongs to a campaign; both days are within."""

    from_date: WrittenDay | None = None
    """The first organization-local day. The first of the campaign when it is left out."""
    until_date: WrittenDay | None = None
    """The last organization-local day. The last of the campaign when it is left out."""


class CampaignProjectBody(CampaignProjectDaysBody, kw_only=True):
    """A project that is put into a campaign, by its id or its code; with it come all projects below it."""

    project_id: AnyId | None = None
    """The project, by its id."""
    project_code: Annotated[str, Meta(max_length=100)] | None = None
    """The project, by its code in whatever case."""
