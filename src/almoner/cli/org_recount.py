"""`almoner org recount`: kept figures of projects, campaigns and segments made anew."""

from __future__ import annotations

from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization


def command(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Make the kept figures of projects, campaigns and segments anew from the gifts, as `doctor` says where they are wrong.

    What is right stays so. A recount reads every gift of the organization, and nobody enters or changes a gift of the CRM meanwhile: who tries waits 3 seconds at most, and is then asked (503) to come
    again. So choose an hour in which few do. Donors' gifts are taken all the same, and reach the CRM afterwards.
    """
    wrong = run(recount(settings_from(data_dir), org))
    if as_json:
        print_json({"wrong": wrong})
    else:
        out.print(
            f"The figures of projects, campaigns and segments are what the gifts add up to; {wrong:,} were not."
        )


async def recount(settings: Settings, org: int | None) -> int:
    """Recount the figures of an organization; answers how many were wrong before, each 100 of campaigns once."""
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            wrong = await crm.recount(tx)
        # Apart: nobody need wait in the CRM while segments are counted.
        async with db.tenant(organization_id) as tx:
            return wrong + await giving.recount(tx)
