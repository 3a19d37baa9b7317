"""The doctor's checks that read every record: broken ones, links, promises and kept figures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.doctor_database import named, shows
from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.kernel.figures import FigureDifference
from almoner.platform.database import open_database
from almoner.platform.organizations.service import list_organizations
from almoner.platform.program import typed
from almoner.sync import service as sync
from almoner.sync.links import all_strangers

FIGURES_SHOWN = 3
RECOUNTED = {"crm.project_giving", "crm.campaign_giving"}
"""What a command makes anew."""
LINKS_SHOWN = 5
BROKEN_SHOWN = 10
"""Broken records that are named of one organization and product."""
BROKEN_ADVICE = (
    "Its page in the console shows what is broken. Lists tell it with what is there, and the sync does not take it on. Something else than Almoner wrote it: restore what it"
    " names, or correct the row as the owner of the database, with {psql}."
)
AHEAD_SLACK = timedelta(days=1)
"""Whose payments are made ahead is looked at every hour: what was missing a day ago is missing."""


async def check_figures(dsn: str) -> AsyncIterator[Finding]:
    """Whether every kept total is what its gifts add up to. Reads every gift of every organization."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        organizations, wrong = await list_organizations(db), 0
        for organization in organizations:
            async with db.tenant(organization.organization_id, snapshot=True) as tx:
                found = [one for module in (giving, crm, sync) for one in await module.figure_differences(tx)]
            if found:
                wrong += 1
                yield _figures_finding(organization.organization_id, found)
        if not wrong:
            text = f"All are what the gifts of {len(organizations):,} organizations add up to."
            yield Finding("kept figures", OK, text)
    finally:
        await db.close()


async def check_records(dsn: str) -> AsyncIterator[Finding]:
    """Whether every donor and gift can be told in full. Reads every one of every organization."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        organizations, broken = await list_organizations(db), 0
        for organization in organizations:
            async with db.tenant(organization.organization_id) as tx:
                for module, name in ((giving, "giving"), (crm, "CRM")):
                    for one in await module.broken_records(tx, BROKEN_SHOWN):
                        broken += 1
                        text = f"Organization {organization.organization_id}: {name} {one.record} {one.id}: {one.lack}."
                        yield Finding(
                            "records",
                            PROBLEM,
                            text,
                            BROKEN_ADVICE.format(psql=f"`{typed('psql')}`"),
                            (one.id,),
                            (typed("psql"),),
                        )
        if not broken:
            yield Finding(
                "records",
                OK,
                f"All donors and gifts of {len(organizations):,} organizations can be told in full.",
            )
    finally:
        await db.close()


async def check_links(dsn: str) -> AsyncIterator[Finding]:
    """Whether donors are linked to contacts that seem to be somebody else. Reads every linked donor of every organization."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        organizations, unlike = await list_organizations(db), 0
        for organization in organizations:
            async with db.tenant(organization.organization_id) as tx:
                found = await all_strangers(tx)
            if found:
                unlike += 1
                yield _links_finding(organization.organization_id, found)
        if not unlike:
            text = f"All donors of {len(organizations):,} organizations look like the contacts that they are linked to."
            yield Finding("links", OK, text)
    finally:
        await db.close()


async def check_promises(dsn: str) -> AsyncIterator[Finding]:
    """Whether the payments that recurring gifts let expect are there. Reads every recurring gift of every organization."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        organizations, behind = await list_organizations(db), 0
        for organization in organizations:
            async with db.tenant(organization.organization_id) as tx:
                ids = await crm.payments_missing(tx, datetime.now(UTC) - AHEAD_SLACK)
            if ids:
                behind += 1
                yield _promises_finding(organization.organization_id, ids)
        if not behind:
            text = f"All recurring gifts of {len(organizations):,} organizations let expect what they should."
            yield Finding("promises", OK, text)
    finally:
        await db.close()


def _links_finding(organization_id: int, found: Mapping[int, int]) -> Finding:
    ids = tuple(found)[:LINKS_SHOWN]
    shown = ", ".join(f"donor {donor_id} to contact {found[donor_id]}" for donor_id in ids)
    more = f", and {len(found) - len(ids):,} more" if len(found) > len(ids) else ""
    text = (
        f"Organization {organization_id}: {len(found):,} linked by a key to a contact with another e-mail address and another name:"
        f" {shown}{more}."
    )
    advice = (
        "A key that came with a gift or a change may have named the wrong contact. Look at both side by side in the console, of donor"
        f" {ids[0]} at /console/donors/{ids[0]}/contact and so of each, and say that the link is right, or take it back."
    )
    return Finding("links", WARNING, text, advice, ids, shows(organization_id, "donor", ids))


def _promises_finding(organization_id: int, ids: Sequence[int]) -> Finding:
    gifts = "recurring gift lacks" if len(ids) == 1 else "recurring gifts lack"
    text = (
        f"Organization {organization_id}: {len(ids):,} {gifts} expected payments; {named(ids[:LINKS_SHOWN])}."
    )
    advice = f"`{typed('serve')}` makes them within an hour: see that it runs. Where it does, report it, with this sentence."
    return Finding("promises", WARNING, text, advice, tuple(ids[:LINKS_SHOWN]))


def _figures_finding(organization_id: int, found: list[FigureDifference]) -> Finding:
    shown = "; ".join(
        f"{one.figure}, {one.of}: {list(one.kept)} instead of {list(one.exact)}"
        for one in found[:FIGURES_SHOWN]
    )
    more = f"; and {len(found) - FIGURES_SHOWN:,} more" if len(found) > FIGURES_SHOWN else ""
    if {one.figure for one in found} <= RECOUNTED:
        told = (typed(f"org recount --org {organization_id}"),)
        advice = (
            "Gifts are as they were given; totals made of these figures are wrong until they are made anew:"
        )
        return Finding(
            "kept figures", PROBLEM, f"Organization {organization_id}: {shown}{more}.", advice, (), told
        )
    advice = (
        "Gifts, donors and contacts are as they were given; totals made of these figures are wrong until they are made "
        "anew, which no command does yet but for projects and campaigns (`org recount`). Report it, with this sentence."
    )
    return Finding("kept figures", PROBLEM, f"Organization {organization_id}: {shown}{more}.", advice)
