"""What can be asked of campaigns: the fields of a campaign, by the labels of its columns. The original's list is not known (raise-api.md 1.2, 3.5)."""

from __future__ import annotations

from almoner.giving.campaigns.columns import COLUMNS
from almoner.platform.query import Catalog, Kind, Parameter, Through

BASE = "(SELECT o.currency FROM platform.organization o WHERE o.organization_id = $1)"
_HERE = f"FILTER (WHERE x.currency = {BASE})"
RAISED = Through(
    f"c.id IN (SELECT t.id FROM (SELECT k.id, coalesce(sum(x.raised_minor) {_HERE}, 0) AS minor,"  # noqa: S608 - from code alone
    f" coalesce(sum(x.raised_count) {_HERE}, 0) AS gifts, coalesce(sum(x.giver_count) {_HERE}, 0) AS donors,"
    " coalesce(sum(x.gift_count - x.raised_count), 0) AS test_gifts"
    " FROM giving_code.queried_campaign k LEFT JOIN giving_code.queried_tally x ON x.organization_id = $1 AND x.campaign_id = k.id"
    " WHERE k.organization_id = $1 GROUP BY k.id) t WHERE {condition})",
    is_one=True,
)
"""What a campaign raised in the base currency, less what went back, none of it in test mode: as the record tells it. Kept figures, a few rows a campaign."""
SEGMENT = Through(
    "EXISTS (SELECT FROM giving_code.queried_segment s WHERE s.organization_id = $1 AND s.campaign_id = c.id AND ({condition}))"
)

CAMPAIGNS = Catalog(
    noun="campaign",
    table="giving_code.queried_campaign c",
    parameters=(
        Parameter(name="Id", kind=Kind.INT, sql="c.id"),
        Parameter(name="Name", kind=Kind.TEXT, sql="c.name"),
        Parameter(name="Description", kind=Kind.TEXT, sql="c.description", nullable=True),
        Parameter(name="Start Date", kind=Kind.INSTANT, sql="c.start_at"),
        Parameter(name="End Date", kind=Kind.INSTANT, sql="c.end_at", nullable=True),
        Parameter(name="Can Sync", kind=Kind.TRUTH, sql="(c.can_sync)"),
        Parameter(
            name="Apply Segment To Recurring Gifts",
            kind=Kind.TRUTH,
            sql="(c.apply_segment_to_recurring_gifts)",
        ),
        Parameter(name="CRM Key", kind=Kind.CODE, sql="c.crm_key", nullable=True),
        Parameter(
            name="Giving Goal", kind=Kind.MONEY, sql="c.giving_goal_minor", currency=BASE, nullable=True
        ),
        Parameter(name="Total Gift Goal", kind=Kind.INT, sql="c.total_gift_goal", nullable=True),
        Parameter(
            name="Average Gift Goal",
            kind=Kind.MONEY,
            sql="c.average_gift_goal_minor",
            currency=BASE,
            nullable=True,
        ),
        Parameter(name="Raised Amount", kind=Kind.MONEY, sql="t.minor", currency=BASE, through=RAISED),
        Parameter(name="Total Gifts", kind=Kind.INT, sql="t.gifts", through=RAISED),
        Parameter(name="Total Donors", kind=Kind.INT, sql="t.donors", through=RAISED),
        Parameter(
            name="Average Gift Amount",
            kind=Kind.MONEY,
            sql="div(t.minor, greatest(t.gifts, 1))",
            currency=BASE,
            through=RAISED,
        ),
        Parameter(name="Test Gifts", kind=Kind.INT, sql="t.test_gifts", through=RAISED),
        Parameter(name="Segment Id", kind=Kind.INT, sql="s.id", through=SEGMENT),
        Parameter(name="Segment Name", kind=Kind.TEXT, sql="s.name", through=SEGMENT),
        Parameter(name="Segment Code", kind=Kind.CODE, sql="s.code", through=SEGMENT),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="c.created_at"),
        Parameter(name="Modified Date", kind=Kind.INSTANT, sql="c.modified_at"),
    ),
    names={
        "campaignid": "Id",
        "campaignname": "Name",
        "campaign": "Name",
        "startdatetimeutc": "Start Date",
        "enddatetimeutc": "End Date",
        "crmcampaignid": "CRM Key",
        "segment": "Segment Code",
        "createddate": "Create Date",
        "createddatetime": "Create Date",
        "modifieddatetime": "Modified Date",
    },
    sorts={
        "name": "c.name",
        "startdate": "c.start_at",
        "enddate": "c.end_at",
        "createdate": "c.created_at",
        "createddate": "c.created_at",
        "createddatetime": "c.created_at",
        "modifieddate": "c.modified_at",
        "modifieddatetime": "c.modified_at",
    },
    found_by_text="strpos(lower(concat_ws(' ', c.id, c.name)), lower({value})) > 0",
    columns=tuple(COLUMNS),
)
