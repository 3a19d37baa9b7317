"""What comes in about communications (crm-api.md 8.6 and appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.campaigns.requests import Goal, GoalAmount
from almoner.crm.wire import AnyId, WrittenDay
from almoner.platform.wire import Body

Word = Annotated[str, Meta(max_length=100)]


class CommunicationBody(Body):
    """A communication to make. Amounts are in the base currency."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the communication."""
    campaign_id: AnyId
    """The campaign that it belongs to, for good."""
    channel_type: Word | None = None
    """By which channel it goes out: one of those listed, or a word of your own, which is listed from then on."""
    communication_type: Word | None = None
    """What kind it is: one of those listed, or a word of your own, which is listed from then on."""
    communication_step: Word | None = None
    """The step of the campaign that it is, by its name in whatever case."""
    start_date_time: WrittenDay | None = None
    """When it goes out, in UTC when no zone is said; of a day, the organization-local beginning."""
    owner_id: AnyId | None = None
    """Whose it is, as a number that is kept as it is."""
    giving_goal: GoalAmount | None = None
    """How much it is to bring."""
    new_giver_goal: Goal | None = None
    """How many contacts are to give for the first time."""
    internal_cost_estimate: GoalAmount | None = None
    """What it is thought to cost within the organization."""
    vendor_cost_estimate: GoalAmount | None = None
    """What others are thought to ask for it."""
    network_reach: Goal | None = None
    """How many it is thought to reach."""
