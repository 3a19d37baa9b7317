"""Make an organization that can work at once: in both products, with a token for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.database import Database, Server
from almoner.platform.organizations.service import create_key, new_organization


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
