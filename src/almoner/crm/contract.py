"""What other modules may ask of the CRM: to take changes of contacts and gifts, each exactly once per source key and version.

The shapes are what a CRM in another process would get over HTTP: nothing here is shared but this contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.crm.accept import accept
from almoner.crm.campaigns.service import campaign_differences, recount_campaigns
from almoner.crm.changes import (
    Change,
    EraseContact,
    Honor,
    Key,
    MergeContacts,
    Outcome,
    Part,
    Person,
    Problem,
    PutContact,
    PutGift,
    PutRecurringGift,
    Reach,
    ReinstateGift,
    Return,
    ReverseGift,
)
from almoner.crm.commitments.links import applied_differences
from almoner.crm.contacts.rules import Giver
from almoner.crm.contacts.service import contacts_meant, giving_differences, unlike
from almoner.crm.event_kinds import EVENTS as EVENTS
from almoner.crm.gift_designations.service import designation_differences, designation_tally_differences
from almoner.crm.gifts.service import TakenBack, broken_records, taken_back, tally_differences
from almoner.crm.pledges.service import pledge_differences
from almoner.crm.project_expenses.service import spending_differences
from almoner.crm.project_roles.service import create_first_types
from almoner.crm.projects.service import create_first_projects, recount_projects, totals_are_exact
from almoner.crm.recurring_gifts.payments import payments_missing
from almoner.kernel.figures import FigureDifference
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, joined_as_sets, load_queries

_queries = load_queries(__file__)

__all__ = [
    "Honor",
    "Change",
    "contacts_meant",
    "Giver",
    "Key",
    "EraseContact",
    "MergeContacts",
    "Outcome",
    "Part",
    "Person",
    "Problem",
    "PutContact",
    "PutGift",
    "Return",
    "PutRecurringGift",
    "Reach",
    "ReinstateGift",
    "ReverseGift",
    "TakenBack",
    "accept",
    "broken_records",
    "codes_not_online",
    "figure_differences",
    "reversals_there",
    "open_codes",
    "payments_missing",
    "prepare_organization",
    "recount",
    "taken_back",
    "unlike",
]


async def open_codes(tx: Tx, codes: Sequence[str]) -> set[str]:
    """Those of `codes`, in whatever case, that name an active project."""
    keys = {code: fold_code(code) for code in codes}
    rows = await _queries.open_codes(tx, codes=list(keys.values()))
    known = {row["code_key"] for row in rows}
    return {code for code, key in keys.items() if key in known}


async def reversals_there(tx: Tx, ids: Sequence[int]) -> dict[int, int | None]:
    """Those of `ids` that are gifts of the CRM, reversals among them; of a reversal whose gift has all again, the row that gave it."""
    return {row["id"]: row["reinstated_by"] for row in await _queries.reversals_there(tx, ids=list(ids))}


async def codes_not_online(tx: Tx) -> list[str]:
    """The folded codes of projects that no form offers: those that are inactive, or not available online."""
    return [row["code_key"] for row in await _queries.codes_not_online(tx)]


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of the CRM that is not what its gifts add up to; empty when all are. Reads every gift, six times.

    Of projects: sum, gifts, givers; expenses. Of contacts and of all: gifts, sum. Of a gift: its designations as rows, and how much of it counts
    for what it is applied to. Of pledges: the sum of their payments. Of campaigns, by day: sum, gifts, new givers.
    """
    async with joined_as_sets(tx):
        return [
            *await totals_are_exact(tx),
            *await giving_differences(tx),
            *await tally_differences(tx),
            *await designation_differences(tx),
            *await campaign_differences(tx),
            *await spending_differences(tx),
            *await applied_differences(tx),
            *await pledge_differences(tx),
        ]


async def recount(tx: Tx) -> int:
    """Make the kept figures of projects and campaigns anew; answers how many were wrong. Who writes gifts of the CRM until the transaction ends waits
    as long as for any lock, and has to come again.
    """
    async with joined_as_sets(tx):
        wrong = [
            *await totals_are_exact(tx),
            *await designation_tally_differences(tx),
            *await campaign_differences(tx),
        ]
    await recount_projects(tx)
    await recount_campaigns(tx)
    return len(wrong)


async def prepare_organization(tx: Tx, now: datetime) -> None:
    """What a new organization starts with: the default project, the one of costs that donors cover, and kinds of parts that contacts play in projects."""
    await create_first_projects(tx, now)
    await create_first_types(tx, now)
