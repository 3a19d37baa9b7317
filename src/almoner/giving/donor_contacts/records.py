"""The rows of how donors are reached, and their first ones as the donor's own columns mirror them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.giving.donor_contacts.rules import LINES
from almoner.giving.donor_contacts.views import address_view, method_view
from almoner.giving.events import LOG
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records

_queries = load_queries(__file__)

METHODS = Records(LOG, "giving.donor_contact_method", method_view, key="donor_id")
ADDRESSES = Records(LOG, "giving.donor_address", address_view, key="donor_id")


async def hold_mailboxes(tx: Tx) -> None:
    """Hold who has which mailbox in this organization until the transaction ends. Before any donor is held."""
    await _queries.hold_mailboxes(tx)


async def keep_contacts(tx: Tx, donor_id: int, now: datetime) -> None:
    """Keep as rows what a donor, who is held, has in its own columns alone."""
    await _queries.keep_contacts(tx, donor_id=donor_id, now=now)


async def must_be_free(tx: Tx, email_key: str, donor_id: int) -> None:
    """`Conflict` when another donor has this mailbox. Mailboxes are held."""
    owners = {row["id"] for row in await _queries.owners_of_mailbox(tx, email_key=email_key)}
    if owners - {donor_id}:
        raise Conflict("Another donor has this e-mail address.")


async def kept_methods(tx: Tx, donor_id: int, kind: str) -> list[Any]:
    """The rows of a donor's contact methods of a kind, the oldest first; none while its own column is all there is."""
    return [row for row in await _queries.kept_methods(tx, donor_id=donor_id) if row["kind"] == kind]


async def kept_addresses(tx: Tx, donor_id: int) -> list[Any]:
    """The rows of a donor's addresses, the oldest first; none while its own columns are all there is."""
    return list(await _queries.kept_addresses(tx, donor_id=donor_id))


def mirror_of(kind: str, first: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of a donor whose first of this kind (`email`, `phone`, `address`) is this row."""
    if kind == "address":
        return {name: None if first is None else first[name] for name in LINES}
    value = None if first is None else first["value"]
    if kind == "phone":
        return {"phone": value}
    return {"email": value, "email_key": None if first is None else first["email_key"]}


async def make_first(tx: Tx, table: Records[Any], rows: list[Any], first_id: int, now: datetime) -> None:
    """Let one of these rows be the first, in the place of the one that is."""
    for row in rows:
        if row["is_primary"] and row["id"] != first_id:
            await table.change(tx, row["id"], {"is_primary": False}, now)
    await table.change(tx, first_id, {"is_primary": True}, now)


async def follow_donor(tx: Tx, donor_id: int, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """After the columns `row` of a donor were written: its first contacts say so too, where they are kept as rows.

    An address that is among the donor's others becomes the first. One that was cleared is removed: answers the columns of the donor by
    the next of its kind.
    """
    again: dict[str, Any] = {}
    if "email" in row:
        again |= await _follow_method(tx, donor_id, "email", row, now)
    if "phone" in row:
        again |= await _follow_method(tx, donor_id, "phone", row, now)
    if lines := {name: row[name] for name in LINES if name in row}:
        kept = await kept_addresses(tx, donor_id)
        first = next((one for one in kept if one["is_primary"]), None)
        if first is not None and not any((dict(first) | lines)[name] for name in LINES):
            await ADDRESSES.remove(tx, first["id"], now)
            again |= mirror_of("address", await first_of_left(tx, ADDRESSES, kept, first["id"], now))
        elif first is not None:
            await ADDRESSES.change(tx, first["id"], lines, now)
    return again


async def _follow_method(
    tx: Tx, donor_id: int, kind: str, row: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    kept = await kept_methods(tx, donor_id, kind)
    first = next((one for one in kept if one["is_primary"]), None)
    if first is None:
        return {}
    value, key = row[kind], row.get("email_key") if kind == "email" else None
    if value is None:
        await METHODS.remove(tx, first["id"], now)
        return mirror_of(kind, await first_of_left(tx, METHODS, kept, first["id"], now))
    same = next((one for one in kept if key is not None and one["email_key"] == key), first)
    columns = {"value": value, "email_key": key}
    if (first["value"] != value) if key is None else (first["email_key"] != key and same is first):
        columns |= {"is_valid": True, "is_bounced": False}
    await METHODS.change(tx, same["id"], columns, now)
    await make_first(tx, METHODS, kept, same["id"], now)
    return {}


async def first_of_left(tx: Tx, table: Records[Any], rows: list[Any], gone: int, now: datetime) -> Any | None:
    """Of these rows, one of which is `gone`, the one that is the first since, or None. The oldest takes the place of one that was."""
    left = [row for row in rows if row["id"] != gone]
    first = next((row for row in left if row["is_primary"]), None)
    if first is None and left:
        first = left[0]
        await table.change(tx, first["id"], {"is_primary": True}, now)
    return first
