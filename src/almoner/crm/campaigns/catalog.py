"""What can be asked of campaigns. The original's list is not known (crm-api.md 7.1): the fields of a campaign, by their names with blanks."""

from __future__ import annotations

from almoner.platform.query import Catalog, Kind, Parameter

BASE = "(SELECT o.currency FROM platform.organization o WHERE o.organization_id = $1)"

CAMPAIGNS = Catalog(
    noun="campaign",
    table="crm_code.queried_campaign c",
    parameters=(
        Parameter(name="Campaign Id", kind=Kind.INT, sql="c.id"),
        Parameter(name="Name", kind=Kind.TEXT, sql="c.name"),
        Parameter(name="Description", kind=Kind.TEXT, sql="c.description", nullable=True),
        Parameter(name="Start Date", kind=Kind.INSTANT, sql="c.starts_at", nullable=True),
        Parameter(name="End Date", kind=Kind.INSTANT, sql="c.ends_at", nullable=True),
        Parameter(
            name="Giving Goal", kind=Kind.MONEY, sql="c.giving_goal_minor", currency=BASE, nullable=True
        ),
        Parameter(name="New Giver Goal", kind=Kind.INT, sql="c.new_giver_goal", nullable=True),
        Parameter(name="Total Gift Goal", kind=Kind.INT, sql="c.total_gift_goal", nullable=True),
        Parameter(name="Is Archived", kind=Kind.TRUTH, sql="(c.is_archived)"),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="c.created_at"),
        Parameter(name="Last Modified Date", kind=Kind.INSTANT, sql="c.modified_at"),
        Parameter(name="Create DateTime UTC", kind=Kind.INSTANT, sql="c.created_at"),
        Parameter(name="Last Modified DateTime UTC", kind=Kind.INSTANT, sql="c.modified_at"),
    ),
    names={
        "id": "Campaign Id",
        "campaignname": "Name",
        "campaign": "Name",
        "archived": "Is Archived",
        "startdatetimeutc": "Start Date",
        "enddatetimeutc": "End Date",
    },
    sorts={
        "name": "c.name",
        "startdate": "c.starts_at",
        "enddate": "c.ends_at",
        "createddatetime": "c.created_at",
        "createdate": "c.created_at",
        "createdatetimeutc": "c.created_at",
        "lastmodifieddate": "c.modified_at",
        "lastmodifieddatetimeutc": "c.modified_at",
    },
)
