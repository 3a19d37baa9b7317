"""Add, change and remove how a donor is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.giving.donor_contacts import records
from almoner.giving.donor_contacts.records import ADDRESSES, METHODS, hold_mailboxes, mirror_of
from almoner.giving.donor_contacts.rules import checked_address, checked_method, kind_of
from almoner.giving.donor_contacts.views import DonorAddressView, DonorMethodView, address_view, method_view
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import DONORS, hold_donor, must_be_present, read_donor
from almoner.kernel.errors import Conflict, FieldError, found, refused_by
from almoner.platform.database import Tx


async def list_addresses(tx: Tx, donor_id: int) -> list[DonorAddressView]:
    """All addresses of a donor, the primary one first; `NotFound` without the donor."""
    return [address_view(row) for row in (await read_donor(tx, donor_id)).addresses]


async def list_methods(tx: Tx, donor_id: int) -> list[DonorMethodView]:
    """All contact methods of a donor, the primary ones first; `NotFound` without the donor."""
    return [method_view(row) for row in (await read_donor(tx, donor_id)).methods]


async def read_address(tx: Tx, donor_id: int, address_id: int) -> DonorAddressView:
    """One address of a donor; `NotFound` without it."""
    mine = [one for one in await list_addresses(tx, donor_id) if one.id == address_id]
    return found(mine[0] if mine else None, "donor address", address_id)


async def read_method(tx: Tx, donor_id: int, method_id: int) -> DonorMethodView:
    """One contact method of a donor; `NotFound` without it."""
    mine = [one for one in await list_methods(tx, donor_id) if one.id == method_id]
    return found(mine[0] if mine else None, "donor contact method", method_id)


async def put_address(
    tx: Tx, donor_id: int, address_id: int | None, said: Mapping[str, Any], now: datetime
) -> DonorAddressView:
    """Add an address (`address_id` None) or replace one by what is `said`; the primary one is the donor's own.

    `NotFound` without donor or address, `Invalid` names every broken field.
    """
    await _held(tx, donor_id, now)
    row = checked_address(said)
    before = await records.kept_addresses(tx, donor_id)
    id_ = _of_donor(before, "donor address", address_id)
    if id_ is None:
        id_ = await ADDRESSES.add(tx, {**row, "donor_id": donor_id}, now)
    else:
        await ADDRESSES.change(tx, id_, row, now)
    if said["is_primary"] or not before:
        await records.make_first(tx, ADDRESSES, before, id_, now)
    await _mirror_addresses(tx, donor_id, now)
    return await ADDRESSES.one(tx, id_)


async def put_method(
    tx: Tx, donor_id: int, method_id: int | None, said: Mapping[str, Any], now: datetime
) -> DonorMethodView:
    """Add a contact method (`method_id` None) or replace one by what is `said`; the primary ones are the donor's own.

    `NotFound` without donor or method, `Invalid` names every broken field, `Conflict` when a donor has the mailbox already.
    """
    await _held(tx, donor_id, now)
    kind = None if method_id is None else (await METHODS.one(tx, method_id))
    row = checked_method(said, None if kind is None else ("email" if kind.is_email else "phone"))
    before = await records.kept_methods(tx, donor_id, row["kind"])
    id_ = _of_donor(before, "donor contact method", method_id)
    if row["email_key"] is not None:
        await records.must_be_free(tx, row["email_key"], donor_id)
        if any(one["email_key"] == row["email_key"] and one["id"] != id_ for one in before):
            raise Conflict("The donor has this e-mail address already.")
    if id_ is None:
        id_ = await METHODS.add(tx, {**row, "donor_id": donor_id}, now)
    else:
        await METHODS.change(tx, id_, row, now)
    if said["is_primary"] or not before:
        await records.make_first(tx, METHODS, before, id_, now)
    await _mirror_methods(tx, donor_id, row["kind"], now)
    return await METHODS.one(tx, id_)


async def remove_address(tx: Tx, donor_id: int, address_id: int, now: datetime) -> None:
    """Remove an address; the oldest of those left is the primary one then. `NotFound` without donor or address."""
    await _held(tx, donor_id, now)
    before = await records.kept_addresses(tx, donor_id)
    _of_donor(before, "donor address", address_id)
    await ADDRESSES.remove(tx, address_id, now)
    await records.first_of_left(tx, ADDRESSES, before, address_id, now)
    await _mirror_addresses(tx, donor_id, now)


async def remove_method(tx: Tx, donor_id: int, method_id: int, now: datetime) -> None:
    """Remove a contact method; the oldest of its kind that is left is the primary one then. `NotFound` without donor or method.

    `Conflict` for the last e-mail address of a donor who would be found by nothing then.
    """
    donor = await _held(tx, donor_id, now)
    kind = "email" if (await METHODS.one(tx, method_id)).is_email else "phone"
    before = await records.kept_methods(tx, donor_id, kind)
    _of_donor(before, "donor contact method", method_id)
    if kind == "email" and len(before) == 1 and donor.source_key is None:
        raise Conflict("This is all that the donor is found by: give the donor another e-mail address first.")
    await METHODS.remove(tx, method_id, now)
    await records.first_of_left(tx, METHODS, before, method_id, now)
    await _mirror_methods(tx, donor_id, kind, now)


async def broken_in_address(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that no address can have; `NotFound` without the donor."""
    await read_donor(tx, donor_id)
    return refused_by(checked_address, said)


async def broken_in_method(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that no new contact method can have; `NotFound` without the donor."""
    await read_donor(tx, donor_id)
    return refused_by(checked_method, said)


async def broken_in_method_change(
    tx: Tx, donor_id: int, method_id: int, said: Mapping[str, Any]
) -> tuple[FieldError, ...]:
    """Every field of `said` that this contact method cannot have; `NotFound` without donor or method."""
    method = await read_method(tx, donor_id, method_id)
    return refused_by(checked_method, said, kind_of("Email" if method.is_email else "Phone"))


async def _held(tx: Tx, donor_id: int, now: datetime) -> Donor:
    """A donor whose contacts are about to change: held, after the mailboxes, and all that it has as rows."""
    await hold_mailboxes(tx)
    donor = await hold_donor(tx, donor_id)
    must_be_present(donor)
    await records.keep_contacts(tx, donor_id, now)
    return donor


def _of_donor(rows: list[Any], what: str, id_: int | None) -> int | None:
    """The id of one of these rows, or None for a new one; `NotFound` when it is none of theirs."""
    if id_ is not None:
        found(next((row for row in rows if row["id"] == id_), None), what, id_)
    return id_


async def _mirror_addresses(tx: Tx, donor_id: int, now: datetime) -> None:
    first = next((row for row in await records.kept_addresses(tx, donor_id) if row["is_primary"]), None)
    await DONORS.change(tx, donor_id, mirror_of("address", first), now)


async def _mirror_methods(tx: Tx, donor_id: int, kind: str, now: datetime) -> None:
    rows = await records.kept_methods(tx, donor_id, kind)
    first = next((row for row in rows if row["is_primary"]), None)
    await DONORS.change(tx, donor_id, mirror_of(kind, first), now)
