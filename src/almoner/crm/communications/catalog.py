"""What can be asked of communications. The original's list is not known (crm-api.md 7.1): the fields of one, by their names with blanks."""

from __future__ import annotations

from almoner.crm.campaigns.catalog import BASE
from almoner.crm.nearest import near_in_queries
from almoner.platform.query import Catalog, Kind, Parameter, Through

CAMPAIGN = Through(
    "m.campaign_id IN (SELECT c.id FROM crm_code.queried_campaign c WHERE c.organization_id = $1 AND ({condition}))",
    is_one=True,
)
CAMPAIGN_NAMED = "EXISTS (SELECT FROM crm_code.queried_campaign c WHERE c.organization_id = $1 AND lower(c.name) = lower(word))"
"""That there is a campaign of this name: what names none is refused rather than answered with nothing (crm-api.md 4)."""

COMMUNICATIONS = Catalog(
    noun="communication",
    table="crm_code.queried_communication m",
    parameters=(
        Parameter(name="Communication Id", kind=Kind.INT, sql="m.id"),
        Parameter(name="Name", kind=Kind.TEXT, sql="m.name"),
        Parameter(name="Campaign Id", kind=Kind.INT, sql="m.campaign_id"),
        Parameter(
            name="Campaign Name",
            kind=Kind.TEXT,
            sql="c.name",
            through=CAMPAIGN,
            names_record=CAMPAIGN_NAMED,
            near=near_in_queries("campaign name"),
        ),
        Parameter(name="Channel Type", kind=Kind.TEXT, sql="m.channel_type", nullable=True),
        Parameter(name="Communication Type", kind=Kind.TEXT, sql="m.communication_type", nullable=True),
        Parameter(name="Communication Step", kind=Kind.TEXT, sql="m.step", nullable=True),
        Parameter(name="Start Date", kind=Kind.INSTANT, sql="m.starts_at", nullable=True),
        Parameter(
            name="Giving Goal", kind=Kind.MONEY, sql="m.giving_goal_minor", currency=BASE, nullable=True
        ),
        Parameter(name="New Giver Goal", kind=Kind.INT, sql="m.new_giver_goal", nullable=True),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="m.created_at"),
        Parameter(name="Last Modified Date", kind=Kind.INSTANT, sql="m.modified_at"),
        Parameter(name="Create DateTime UTC", kind=Kind.INSTANT, sql="m.created_at"),
        Parameter(name="Last Modified DateTime UTC", kind=Kind.INSTANT, sql="m.modified_at"),
    ),
    names={
        "id": "Communication Id",
        "communicationname": "Name",
        "campaign": "Campaign Name",
        "channel": "Channel Type",
        "communicationchannel": "Channel Type",
    },
    sorts={
        "name": "m.name",
        "startdate": "m.starts_at",
        "campaignid": "m.campaign_id",
        "createddatetime": "m.created_at",
        "createdate": "m.created_at",
        "createdatetimeutc": "m.created_at",
        "lastmodifieddate": "m.modified_at",
        "lastmodifieddatetimeutc": "m.modified_at",
    },
)
