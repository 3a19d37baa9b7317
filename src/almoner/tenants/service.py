"""Make an organization that can work at once: in both products, with a token for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.kernel.errors import BadRequest, NotFound
from almoner.platform.database import Database, Server
from almoner.platform.organizations.service import create_key, list_organizations, new_organization
from almoner.platform.program import typed


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """A fresh organization and its two tokens, which are shown only here."""

    organization_id: int
    name: str
    raise_token: str
    crm_token: str


async def create_organization(
    db: Database,
    name: str,
    *,
    now: datetime,
    server: Server | None = None,
    currency: str = "USD",
    time_zone: str = "UTC",
    integration: str = "crm",
) -> NewOrganization:
    """Make an organization with its default project in both products and one token for each, all or nothing.

    It lives on `server`, or on the first one.
    Raises `Invalid` naming `name`, `currency` or `timeZone`.
    """
    async with new_organization(
        db, name, server=server, currency=currency, time_zone=time_zone, integration=integration
    ) as tx:
        await giving.prepare_organization(tx, now)
        await crm.prepare_organization(tx, now)
        raise_token = await create_key(tx, "raise", "first key")
        crm_token = await create_key(tx, "crm", "first key")
        return NewOrganization(tx.organization_id, name.strip(), raise_token, crm_token)


async def chosen_organization(db: Database, org: int | None) -> int:
    """The id of the organization a command works on: `org`, or the only one there is.

    Raises `NotFound` when there is none with this id or none at all, `BadRequest` when there are several to choose from.
    """
    if org is not None:
        try:
            return (await db.organization(org)).organization_id
        except NotFound:
            raise NotFound(f"There is no organization {org}. List them with: {typed('org list')}") from None
    ids = [one.organization_id for one in await list_organizations(db)]
    if len(ids) > 1:
        several = ", ".join(map(str, ids[:10]))
        raise BadRequest(f"There are {len(ids)} organizations. Name one with --org ({several}).")
    if not ids:
        raise NotFound(f"There is no organization yet. Make one with: {typed('org create NAME')}")
    return ids[0]
