"""`/api/Contact`: read and find contacts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.contacts import service
from almoner.crm.contacts.views import ContactView, FollowedContactView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import get, routes_in


@get("/api/Contact/{contact_id:int}", "contact:read")
async def get_contact(tx: Tx, contact_id: int, clock: Clock, crm_url: CrmUrl) -> FollowedContactView:
    """Read one contact."""
    return await service.read_contact(tx, contact_id, clock.now(), crm_url)


@get("/api/Contact/Find", "contact:read")
async def find_contact(
    tx: Tx,
    clock: Clock,
    crm_url: CrmUrl,
    email: Annotated[str | None, Meta(description="An e-mail address of the contact.")] = None,
    reference_source: Annotated[
        str | None, Meta(description="The other system; goes with `referenceId`.")
    ] = None,
    reference_id: Annotated[str | None, Meta(description="The key that the contact has there.")] = None,
) -> ContactView:
    """Find the contact with exactly this reference or this e-mail address; the reference wins."""
    return await service.find_contact(
        tx,
        email=email,
        reference_source=reference_source,
        reference_id=reference_id,
        now=clock.now(),
        crm_url=crm_url,
    )


@get("/api/Contact/{reference_source:str}/{reference_id:str}", "contact:read")
async def get_contact_by_reference(
    tx: Tx,
    reference_source: Annotated[str, Meta(description="The other system.")],
    reference_id: Annotated[str, Meta(description="The key that the contact has there.")],
    clock: Clock,
    crm_url: CrmUrl,
) -> FollowedContactView:
    """Read the contact with this key in another system."""
    return await service.read_contact_by_reference(tx, reference_source, reference_id, clock.now(), crm_url)


routes = routes_in(__name__)
