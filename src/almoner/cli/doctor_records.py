"""The doctor's checks that read every record: broken ones, links, promises and kept figures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.doctor_database import named, shows
from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.kernel.figures import FigureDifference
from almoner.platform.database import Tx, open_database
from almoner.platform.organizations.service import list_organizations
from almoner.platform.program import typed
from almoner.sync import service as sync
from almoner.sync.links import all_astray, all_strangers

FIGURES_SHOWN = 3
RECOUNTED = {
    "crm.project_giving",
    "crm.designation_tally",
    "crm.campaign_giving",
    "giving.segment_tally",
    "giving.segment_amount",
}
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


Look = Callable[[Tx, int], Awaitable[Sequence[Finding]]]


async def _of_each(
    dsn: str, check: str, well: str, look: Look, *, snapshot: bool = False
) -> AsyncIterator[Finding]:
    """What `look` finds of each organization; when it finds nothing anywhere, that all is well, with how many there are."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        organizations, is_well = await list_organizations(db), True
        for organization in organizations:
            async with db.tenant(organization.organization_id, snapshot=snapshot) as tx:
                found = await look(tx, organization.organization_id)
            for finding in found:
                is_well = False
                yield finding
        if is_well:
            yield Finding(check, OK, well.format(organizations=f"{len(organizations):,} organizations"))
    finally:
        await db.close()


def check_figures(dsn: str) -> AsyncIterator[Finding]:
    """Whether every kept total is what its gifts add up to. Reads every gift of every organization."""
    well = "All are what the gifts of {organizations} add up to."
    return _of_each(dsn, "kept figures", well, _wrong_figures, snapshot=True)


async def _wrong_figures(tx: Tx, organization_id: int) -> Sequence[Finding]:
    found = [one for module in (giving, crm, sync) for one in await module.figure_differences(tx)]
    return [_figures_finding(organization_id, found)] if found else []


def check_records(dsn: str) -> AsyncIterator[Finding]:
    """Whether every donor and gift can be told in full. Reads every one of every organization."""
    return _of_each(
        dsn, "records", "All donors and gifts of {organizations} can be told in full.", _broken_records
    )


async def _broken_records(tx: Tx, organization_id: int) -> Sequence[Finding]:
    advice = BROKEN_ADVICE.format(psql=f"`{typed('psql')}`")
    return [
        Finding(
            "records",
            PROBLEM,
            f"Organization {organization_id}: {name} {one.record} {one.id}: {one.lack}.",
            advice,
            (one.id,),
            (typed("psql"),),
        )
        for module, name in ((giving, "giving"), (crm, "CRM"))
        for one in await module.broken_records(tx, BROKEN_SHOWN)
    ]


def check_links(dsn: str) -> AsyncIterator[Finding]:
    """Whether donors are linked to contacts that seem to be somebody else, or that the CRM does not mean by them. Reads every linked donor."""
    well = (
        "All donors of {organizations} look like the contacts that they are linked to, and are meant by them."
    )
    return _of_each(dsn, "links", well, _strangers)


async def _strangers(tx: Tx, organization_id: int) -> Sequence[Finding]:
    strangers, strayed = await all_strangers(tx), await all_astray(tx)
    return [
        *([_links_finding(organization_id, strangers)] if strangers else []),
        *([_astray_finding(organization_id, strayed)] if strayed else []),
    ]


def check_promises(dsn: str) -> AsyncIterator[Finding]:
    """Whether the payments that recurring gifts let expect are there. Reads every recurring gift of every organization."""
    well = "All recurring gifts of {organizations} let expect what they should."
    return _of_each(dsn, "promises", well, _missing_payments)


async def _missing_payments(tx: Tx, organization_id: int) -> Sequence[Finding]:
    ids = await crm.payments_missing(tx, datetime.now(UTC) - AHEAD_SLACK)
    return [_promises_finding(organization_id, ids)] if ids else []


def _shown(found: Mapping[int, int], word: str) -> tuple[tuple[int, ...], str]:
    ids = tuple(found)[:LINKS_SHOWN]
    shown = ", ".join(f"donor {donor_id} {word} contact {found[donor_id]}" for donor_id in ids)
    return ids, shown + (f", and {len(found) - len(ids):,} more" if len(found) > len(ids) else "")


def _astray_finding(organization_id: int, found: Mapping[int, int]) -> Finding:
    ids, shown = _shown(found, "by")
    text = f"Organization {organization_id}: the CRM means {len(found):,} by another contact than the one of their CRM key: {shown}."
    advice = (
        "Their gifts go to that contact until the donor changes, and to the one of the key from then on. See which is right in the console, of donor"
        f" {ids[0]} at /console/donors/{ids[0]}/contact and so of each; give the donor that key, and move the gifts that are elsewhere."
    )
    return Finding("links", WARNING, text, advice, ids, shows(organization_id, "donor", ids))


def _links_finding(organization_id: int, found: Mapping[int, int]) -> Finding:
    ids, shown = _shown(found, "to")
    text = (
        f"Organization {organization_id}: {len(found):,} linked by a key to a contact with another e-mail address and another name:"
        f" {shown}."
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
        "anew, which no command does yet but for projects, campaigns and segments (`org recount`). Report it, with this sentence."
    )
    return Finding("kept figures", PROBLEM, f"Organization {organization_id}: {shown}{more}.", advice)
