"""`/api/Contact`: read and find contacts."""

from __future__ import annotations

from almoner.crm.contacts import service
from almoner.crm.contacts.views import ContactView, FollowedContactView
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import get, routes_in


@get("/api/Contact/{contact_id:int}", "contact:read")
async def get_contact(tx: Tx, contact_id: int, clock: Clock) -> FollowedContactView:
    """Read one contact."""
    return await service.read_contact(tx, contact_id, clock.now())


@get("/api/Contact/Find", "contact:read")
async def find_contact(
    tx: Tx,
    clock: Clock,
    email: str | None = None,
    reference_source: str | None = None,
    reference_id: str | None = None,
) -> ContactView:
    """Find the contact with exactly this reference or this e-mail address; the reference wins."""
    return await service.find_contact(
        tx, email=email, reference_source=reference_source, reference_id=reference_id, now=clock.now()
    )


@get("/api/Contact/{reference_source:str}/{reference_id:str}", "contact:read")
async def get_contact_by_reference(
    tx: Tx, reference_source: str, reference_id: str, clock: Clock
) -> FollowedContactView:
    """Read the contact with this key in another system."""
    return await service.read_contact_by_reference(tx, reference_source, reference_id, clock.now())


routes = routes_in(__name__)
