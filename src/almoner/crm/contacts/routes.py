"""`/api/Contact`: read and find contacts."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from almoner.crm.contacts import service
from almoner.crm.contacts.schemas import ContactView, FollowedContactView, contact_view, followed_contact_view
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import scope


@get("/api/Contact/{contact_id:int}", opt=scope("contact:read"))
async def get_contact(tx: Tx, contact_id: int, clock: Clock) -> FollowedContactView:
    """Read one contact."""
    return followed_contact_view(await service.read_contact(tx, contact_id, clock.now()))


@get("/api/Contact/Find", opt=scope("contact:read"))
async def find_contact(
    tx: Tx,
    clock: Clock,
    email: str | None = None,
    reference_source: Annotated[str | None, QueryParameter(name="referenceSource")] = None,
    reference_id: Annotated[str | None, QueryParameter(name="referenceId")] = None,
) -> ContactView:
    """Find the contact with exactly this reference or this e-mail address; the reference wins."""
    contact = await service.find_contact(
        tx, email=email, reference_source=reference_source, reference_id=reference_id, now=clock.now()
    )
    return contact_view(contact)


@get("/api/Contact/{reference_source:str}/{reference_id:str}", opt=scope("contact:read"))
async def get_contact_by_reference(
    tx: Tx, reference_source: str, reference_id: str, clock: Clock
) -> FollowedContactView:
    """Read the contact with this key in another system."""
    contact = await service.read_contact_by_reference(tx, reference_source, reference_id, clock.now())
    return followed_contact_view(contact)


routes = [get_contact, find_contact, get_contact_by_reference]
