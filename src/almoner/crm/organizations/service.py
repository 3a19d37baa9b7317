"""The organizations of a caller."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.kernel.errors import FieldError
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database
from almoner.platform.organizations.permissions import ALL
from almoner.platform.organizations.rules import Caller, Organization


async def organizations_of(
    caller: Caller, db: Database, desk: SignInDesk
) -> list[tuple[Organization, int, bool]]:
    """The organizations of a caller, each with the organizationUserId there and whether the caller is an administrator of it."""
    if caller.user is None:
        organization = await db.organization(caller.organization_id)
        return [(organization, organization.organization_id, ALL in caller.scopes)]
    return [
        (await db.organization(one.organization_id), one.id, ALL in await desk.granted_to(one))
        for one in await desk.memberships(caller.user)
    ]


async def broken_in_switch() -> Sequence[FieldError]:
    """Nothing beyond what the types say: which organizations a user has is told by the switch."""
    return ()
