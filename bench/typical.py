"""The queries that are measured, each with the statement that a person would write for the same page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.campaigns.service import query_campaigns
from almoner.crm.gift_designations.service import query_designations
from almoner.crm.gifts.service import query_gifts
from almoner.crm.pledges.service import PROMISES
from almoner.crm.recurring_gifts.service import query_recurring_gifts
from almoner.platform.database import Tx
from almoner.platform.query import SelectingBody, Window

Ask = Callable[[Tx, SelectingBody, Window, datetime], Awaitable[Any]]

_URL = "http://crm.example"
_OPEN = (
    "SELECT min(e.expected_on) FROM crm.recurring_gift_payment e WHERE e.organization_id = $1 AND e.recurring_gift_id = k.id"
    " AND e.is_expected AND e.is_scheduled AND e.dismissed_on IS NULL AND NOT EXISTS (SELECT FROM crm.applied_gift a"
    " WHERE a.organization_id = $1 AND a.recurring_gift_payment_id = e.id AND a.counted_minor > 0)"
)
_NEXT_EXPECTED = f"CASE WHEN k.track_payments THEN ({_OPEN}) ELSE k.next_expected_on END"
_PAID = "coalesce((SELECT sum(a.counted_minor) FROM crm.applied_gift a WHERE a.organization_id = $1 AND a.pledge_id = k.id), 0)"
_NEXT_PAYMENT = (
    f"CASE WHEN k.written_off_at IS NULL AND {_PAID} < k.pledged_minor THEN (SELECT min(e.expected_on) FROM crm.pledge_payment e"
    " WHERE e.organization_id = $1 AND e.pledge_id = k.id AND e.expected_minor > coalesce((SELECT sum(a.counted_minor)"
    " FROM crm.applied_gift a WHERE a.organization_id = $1 AND a.pledge_payment_id = e.id), 0)) END"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: our query of it, and a person's page and table."""

    ask: Ask
    alias: str
    table: str
    page: str


def _page(columns: str, joins: str) -> str:
    return f"SELECT {columns} FROM {{table}} {joins} WHERE {{alias}}.organization_id = $1 AND {{where}} ORDER BY {{order}} LIMIT 10"


_CONTACT = "JOIN crm.contact c ON c.organization_id = $1 AND c.id = {}.contact_id"
KINDS: Mapping[str, Kind] = {
    "gift": Kind(
        partial(query_gifts, crm_url=_URL), "g", "crm.gift g", _page("g.*, c.name", _CONTACT.format("g"))
    ),
    "part": Kind(
        partial(query_designations, crm_url=_URL),
        "d",
        "crm.designation d",
        _page(
            "d.*, g.gift_type, c.name, p.name",
            f"JOIN crm.gift g ON g.organization_id = $1 AND g.id = d.gift_id {_CONTACT.format('g')}"
            " JOIN crm.project p ON p.organization_id = $1 AND p.id = d.project_id",
        ),
    ),
    "schedule": Kind(
        partial(query_recurring_gifts, crm_url=_URL),
        "k",
        "crm.recurring_gift k",
        _page("k.*, c.name", _CONTACT.format("k")),
    ),
    "pledge": Kind(
        partial(PROMISES.query, crm_url=_URL), "k", "crm.pledge k", _page("k.*, c.name", _CONTACT.format("k"))
    ),
    "campaign": Kind(query_campaigns, "c", "crm.campaign c", _page("c.*", "")),
}


@dataclass(frozen=True, slots=True)
class Typical:
    """A query, and the condition and order that a person would write for it."""

    name: str
    of: str
    conditions: list[tuple[str, str, Any]]
    where: str
    sort: str = ""
    order: str = ""
    is_selective: bool = True
    columns: tuple[str, ...] = ()
    filter: str = ""


TYPICAL = [
    Typical("a gift by id", "gift", [("Gift Id", "Is", 500)], "g.id = 500"),
    Typical("gifts of a contact", "gift", [("Contact Id", "Is", 777)], "g.contact_id = 777"),
    Typical("gifts of a day", "gift", [("Gift Date", "Is", "2024-05-05")], "g.gift_on = '2024-05-05'"),
    Typical(
        "of a day, largest first",
        "gift",
        [("Gift Date", "Is", "2024-05-05")],
        "g.gift_on = '2024-05-05'",
        "Amount",
        "g.amount_minor DESC, g.id DESC",
    ),
    Typical(
        "changed since an instant",
        "gift",
        [("Last Modified Date", "OnOrAfter", "2025-10-20T00:00:00Z")],
        "g.modified_at >= '2025-10-20'",
    ),
    Typical(
        "made in a week",
        "gift",
        [("Create DateTime UTC", "Between", ("2023-03-01", "2023-03-07"))],
        "g.created_at >= '2023-03-01' AND g.created_at < '2023-03-08'",
    ),
    Typical("of a batch", "gift", [("Batch", "Is", "B900")], "lower(g.batch) = 'b900'"),
    Typical(
        "of batches that begin so", "gift", [("Batch", "StartsWith", "b90")], "lower(g.batch) LIKE 'b90%'"
    ),
    Typical("of a segment", "gift", [("Segment Code", "Is", "s35")], "lower(g.segment_code) = 's35'"),
    Typical(
        "by source key",
        "gift",
        [("Transaction Source", "Is", "Bench"), ("Transaction Id", "Is", "4711")],
        "g.transaction_source = 'Bench' AND g.transaction_id = '4711'",
    ),
    Typical(
        "of a giver by name",
        "gift",
        [("Contact Name", "Is", "grace number4711")],
        "g.contact_id IN (SELECT id FROM crm.contact WHERE organization_id = $1 AND lower(name) = 'grace number4711')",
    ),
    Typical(
        "of a rare project",
        "gift",
        [("Project Code", "Is", "rare")],
        "g.id IN (SELECT d.gift_id FROM crm.designation d WHERE d.organization_id = $1 AND d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'rare'))",
    ),
    Typical(
        "large checks of a day",
        "gift",
        [("Gift Date", "Is", "2024-05-05"), ("Gift Type", "Is", "Check"), ("Amount", "GreaterThan", 400)],
        "g.gift_on = '2024-05-05' AND g.gift_type = 'Check' AND g.amount_minor > 40000",
    ),
    Typical(
        "ten ids",
        "gift",
        [("Gift Id", "In", list(range(1000, 1010)))],
        "g.id = ANY ('{1000,1001,1002,1003,1004,1005,1006,1007,1008,1009}')",
    ),
    Typical("designations of a gift", "part", [("Gift Id", "Is", 500)], "d.gift_id = 500"),
    Typical(
        "designations of a rare project",
        "part",
        [("Project Code", "Is", "RARE")],
        "d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'rare')",
    ),
    Typical("designations of a day", "part", [("Gift Date", "Is", "2024-05-05")], "d.gift_on = '2024-05-05'"),
    Typical(
        "designations of a batch",
        "part",
        [("Batch", "Is", "B900")],
        "d.gift_id IN (SELECT id FROM crm.gift WHERE organization_id = $1 AND lower(batch) = 'b900')",
    ),
    Typical(
        "designations of a popular project",
        "part",
        [("Project Code", "Is", "POPULAR")],
        "d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'popular')",
        is_selective=False,
    ),
    Typical(
        "of a popular project on a day",
        "part",
        [("Project Code", "Is", "POPULAR"), ("Gift Date", "Is", "2024-05-05")],
        "d.gift_on = '2024-05-05' AND d.project_id = (SELECT id FROM crm.project WHERE organization_id = $1 AND code_key = 'popular')",
    ),
    Typical("all gifts", "gift", [], "true", is_selective=False),
    Typical(
        "all, newest first", "gift", [], "true", "Gift Date", "g.gift_on DESC, g.id DESC", is_selective=False
    ),
    Typical(
        "of a year",
        "gift",
        [("Gift Date", "Between", ("2024-01-01", "2024-12-31"))],
        "g.gift_on BETWEEN '2024-01-01' AND '2024-12-31'",
        is_selective=False,
    ),
    Typical("private ones", "gift", [("Private", "IsTrue", None)], "g.is_private", is_selective=False),
    Typical(
        "whose notes hold a word",
        "gift",
        [("Notes", "Contains", "number 5000")],
        "g.notes ILIKE '%number 5000%'",
        is_selective=False,
    ),
    Typical(
        "of a campaign",
        "gift",
        [("Campaign Name", "Is", "Campaign 7")],
        "g.id IN (SELECT k.gift_id FROM crm.campaign_part k JOIN crm.campaign c ON c.organization_id = $1 AND c.id = k.campaign_id WHERE k.organization_id = $1 AND lower(c.name) = 'campaign 7')",
    ),
    Typical(
        "of a segment by its name",
        "gift",
        [("Segment Name", "Is", "Segment 35")],
        "g.segment_id IN (SELECT id FROM crm.segment WHERE organization_id = $1 AND lower(name) = 'segment 35')",
    ),
    Typical(
        "in memory of somebody",
        "gift",
        [("Tribute Last Name", "Is", "loved77")],
        "g.id IN (SELECT k.gift_id FROM crm.gift_tribute k JOIN crm.tribute t ON t.organization_id = $1 AND t.id = k.tribute_id WHERE k.organization_id = $1 AND lower(t.last_name) = 'loved77')",
    ),
    Typical(
        "with a premium",
        "gift",
        [("Premium Code", "Is", "mug77")],
        "g.id IN (SELECT k.gift_id FROM crm.gift_premium k JOIN crm.premium p ON p.organization_id = $1 AND p.id = k.premium_id WHERE k.organization_id = $1 AND lower(p.code) = 'mug77')",
    ),
    Typical(
        "with a custom text",
        "gift",
        [("Appeal", "Is", "appeal 77")],
        "lower(g.custom_values ->> (SELECT id::text FROM crm.custom_field WHERE organization_id = $1 AND name = 'Appeal')) = 'appeal 77'",
    ),
    Typical(
        "with an option of a list",
        "gift",
        [("Colour", "Is", "Red")],
        "g.custom_values ->> (SELECT id::text FROM crm.custom_field WHERE organization_id = $1 AND name = 'Colour') = 'Red'",
        is_selective=False,
    ),
    Typical(
        "designations of a campaign",
        "part",
        [("Campaign Name", "Is", "Campaign 7")],
        "d.gift_id IN (SELECT k.gift_id FROM crm.campaign_part k JOIN crm.campaign c ON c.organization_id = $1 AND c.id = k.campaign_id WHERE k.organization_id = $1 AND lower(c.name) = 'campaign 7')",
    ),
    Typical(
        "expected on a day",
        "schedule",
        [("Next Expected Payment Date", "Is", "2025-06-15")],
        f"{_NEXT_EXPECTED} = '2025-06-15'",
    ),
    Typical(
        "all, the next expected first",
        "schedule",
        [],
        "true",
        "NextExpectedPaymentDate",
        f"{_NEXT_EXPECTED} DESC, k.id DESC",
        is_selective=False,
    ),
    Typical("of a contact", "schedule", [("Contact Id", "Is", 777)], "k.contact_id = 777"),
    Typical(
        "due on a day",
        "pledge",
        [("Next Payment Date", "Is", "2025-06-15")],
        f"{_NEXT_PAYMENT} = '2025-06-15'",
    ),
    Typical(
        "completed ones",
        "pledge",
        [("Status", "Is", "Completed")],
        f"{_PAID} >= k.pledged_minor",
        is_selective=False,
    ),
    Typical("by name", "campaign", [("Campaign Name", "Is", "campaign 7")], "lower(c.name) = 'campaign 7'"),
]
"""Of promises what a person reckons from their payments; the columns that the database keeps are ours."""
