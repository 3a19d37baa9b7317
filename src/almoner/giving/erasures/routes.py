"""`/api/Donor/{id}/erasure`: what goes when a donor asks to be forgotten, and its going (an extension: the original shows `isGDPRDeleted` alone)."""

from __future__ import annotations

from almoner.giving.erasures import service
from almoner.giving.erasures.requests import DonorErasureBody
from almoner.giving.erasures.views import DonorErasureView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import get, post, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import said


@get("/api/Donor/{donor_id:int}/erasure", "donor:read", extension=True, raises=(Conflict,))
async def look_at_donor_erasure(tx: Tx, donor_id: int, clock: Clock) -> DonorErasureView:
    """List what an erasure of a donor would take away, and what would stay. Nothing is done."""
    return await service.look(tx, donor_id, clock.now())


@post(
    "/api/Donor/{donor_id:int}/erasure",
    "donor-erasure:create",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_erasure,
)
async def erase_donor(
    tx: Tx, caller: Caller, donor_id: int, data: DonorErasureBody, clock: Clock, wake: Wake
) -> DonorErasureView:
    """Erase the personal data of a donor, here and in the CRM. What was given stays; nothing brings the data back."""
    done = await service.erase_donor(tx, donor_id, said(data), clock.now(), by=caller.name)
    wake.ring()
    return done


routes = routes_in(__name__)
