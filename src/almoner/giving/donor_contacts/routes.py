"""`/api/Donor/{id}/addresses` and `/contact-methods`: how a donor is reached (the original's paths are unknown, choices.md)."""

from __future__ import annotations

from almoner.giving.donor_contacts import service
from almoner.giving.donor_contacts.requests import DonorAddressBody, DonorMethodBody, DonorMethodChangeBody
from almoner.giving.donor_contacts.views import DonorAddressView, DonorMethodView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import delete, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@get("/api/Donor/{donor_id:int}/addresses", "donor:read", extension=True)
async def list_donor_addresses(tx: Tx, donor_id: int) -> RaisePage[DonorAddressView]:
    """All addresses of a donor, the primary one first."""
    items = await service.list_addresses(tx, donor_id)
    return RaisePage(items=items, total=len(items))


@post(
    "/api/Donor/{donor_id:int}/addresses",
    "donor:create",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_address,
)
async def add_donor_address(
    tx: Tx, donor_id: int, data: DonorAddressBody, clock: Clock, wake: Wake
) -> DonorAddressView:
    """Add an address of a donor."""
    made = await service.put_address(tx, donor_id, None, said(data), clock.now())
    wake.ring()
    return made


@get("/api/Donor/{donor_id:int}/addresses/{address_id:int}", "donor:read", extension=True)
async def get_donor_address(tx: Tx, donor_id: int, address_id: int) -> DonorAddressView:
    """Read one address of a donor."""
    return await service.read_address(tx, donor_id, address_id)


@put(
    "/api/Donor/{donor_id:int}/addresses/{address_id:int}",
    "donor:write",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_address,
)
async def replace_donor_address(
    tx: Tx, donor_id: int, address_id: int, data: DonorAddressBody, clock: Clock, wake: Wake
) -> DonorAddressView:
    """Replace an address; what is left out is empty then."""
    changed = await service.put_address(tx, donor_id, address_id, said(data), clock.now())
    wake.ring()
    return changed


@delete(
    "/api/Donor/{donor_id:int}/addresses/{address_id:int}", "donor:write", extension=True, raises=(Conflict,)
)
async def remove_donor_address(tx: Tx, donor_id: int, address_id: int, clock: Clock, wake: Wake) -> None:
    """Remove an address; the oldest of the others is the primary one then."""
    await service.remove_address(tx, donor_id, address_id, clock.now())
    wake.ring()


@get("/api/Donor/{donor_id:int}/contact-methods", "donor:read", extension=True)
async def list_donor_methods(tx: Tx, donor_id: int) -> RaisePage[DonorMethodView]:
    """All e-mail addresses and phone numbers of a donor, the primary ones first."""
    items = await service.list_methods(tx, donor_id)
    return RaisePage(items=items, total=len(items))


@post(
    "/api/Donor/{donor_id:int}/contact-methods",
    "donor:create",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_method,
)
async def add_donor_method(
    tx: Tx, donor_id: int, data: DonorMethodBody, clock: Clock, wake: Wake
) -> DonorMethodView:
    """Add an e-mail address or a phone number. A gift with any e-mail address of a donor is that donor's."""
    made = await service.put_method(tx, donor_id, None, said(data), clock.now())
    wake.ring()
    return made


@get("/api/Donor/{donor_id:int}/contact-methods/{method_id:int}", "donor:read", extension=True)
async def get_donor_method(tx: Tx, donor_id: int, method_id: int) -> DonorMethodView:
    """Read one e-mail address or phone number of a donor."""
    return await service.read_method(tx, donor_id, method_id)


@put(
    "/api/Donor/{donor_id:int}/contact-methods/{method_id:int}",
    "donor:write",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_method_change,
)
async def replace_donor_method(
    tx: Tx, donor_id: int, method_id: int, data: DonorMethodChangeBody, clock: Clock, wake: Wake
) -> DonorMethodView:
    """Replace an e-mail address or a phone number by another of its kind; what is left out is as of a new one."""
    changed = await service.put_method(tx, donor_id, method_id, said(data), clock.now())
    wake.ring()
    return changed


@delete(
    "/api/Donor/{donor_id:int}/contact-methods/{method_id:int}",
    "donor:write",
    extension=True,
    raises=(Conflict,),
)
async def remove_donor_method(tx: Tx, donor_id: int, method_id: int, clock: Clock, wake: Wake) -> None:
    """Remove an e-mail address or a phone number; the oldest other of its kind is the primary one then."""
    await service.remove_method(tx, donor_id, method_id, clock.now())
    wake.ring()


routes = routes_in(__name__)
