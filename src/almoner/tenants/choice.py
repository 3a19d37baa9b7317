"""The organization that a command works on."""

from __future__ import annotations

from almoner.kernel.errors import BadRequest, NotFound
from almoner.platform.database import Database
from almoner.platform.organizations.service import list_organizations
from almoner.platform.program import typed


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
