"""Which contacts are meant by who knows no ids: a key in another system, or an e-mail address with or without a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from almoner.crm.contacts.service import contacts_meant
from almoner.kernel.errors import FieldError
from almoner.kernel.text import fold
from almoner.platform.database import Tx, load_queries
from almoner.platform.mailboxes import address_key

_queries = load_queries(__file__)
_TOLD = 5


class ContactName(NamedTuple):
    """What is said of a contact in place of its id; the reference goes before the address."""

    reference_source: str | None = None
    reference_id: str | None = None
    email: str | None = None
    name: str | None = None


class _Known(NamedTuple):
    """A contact with an address, and a name that it or who has the address is known by, folded."""

    id: int
    names: frozenset[str]


async def contacts_named(tx: Tx, names: Sequence[ContactName]) -> list[int | FieldError]:
    """The id of the contact that each names, or why it names none: `UNKNOWN`, or `AMBIGUOUS` when several have an address.

    A contact that is archived is found by no address, and one that was merged is the one it went into. Of an address that several have, and of any whose owner has another, the name
    decides: money that came to the wrong one would be worse than a row that is refused. Two statements, and one for each other system.
    """
    by_source: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if name.reference_source and name.reference_id and not _has_nul(name):
            by_source[name.reference_source].add(name.reference_id)
    meant = {source: await contacts_meant(tx, source, sorted(ids)) for source, ids in by_source.items()}
    keys = {name.email: address_key(name.email) for name in names if name.email and not _has_nul(name)}
    known = await _with_addresses(tx, sorted(set(keys.values()))) if keys else {}
    return [
        _by_reference(name, meant)
        if name.reference_id or name.reference_source
        else _by_address(name, known.get(keys.get(name.email or "", ""), []))
        for name in names
    ]


def _has_nul(name: ContactName) -> bool:
    """Whether there is a character in it that the database has in no text: so nobody is called so."""
    return any("\0" in said for said in name if said is not None)


async def _with_addresses(tx: Tx, keys: list[str]) -> dict[str, list[_Known]]:
    found: dict[str, list[_Known]] = defaultdict(list)
    for row in await _queries.in_use_with_emails(tx, keys=keys):
        found[row["value_key"]].append(_Known(row["id"], frozenset(map(fold, row["names"]))))
    return found


def _by_reference(name: ContactName, meant: dict[str, dict[str, int]]) -> int | FieldError:
    source, key = name.reference_source, name.reference_id
    if not source or not key:
        missing = "contactReferenceId" if source else "contactReferenceSource"
        text = "contactReferenceSource and contactReferenceId are needed together."
        return FieldError(missing, "REQUIRED", text)
    found = meant.get(source, {}).get(key)
    if found is None:
        return FieldError("contactReferenceId", "UNKNOWN", "There is no contact with this reference.")
    return found


def _by_address(name: ContactName, known: list[_Known]) -> int | FieldError:
    if not name.email:
        text = "Say who gave: contactId, contactEmail, or contactReferenceSource with contactReferenceId."
        return FieldError("contactId", "REQUIRED", text)
    if not known:
        text = "There is no contact with this e-mail address, or it is archived."
        return FieldError("contactEmail", "UNKNOWN", text)
    called = known if name.name is None else [one for one in known if fold(name.name) in one.names]
    if not called:
        return FieldError("contactName", "UNKNOWN", "No contact with this e-mail address is called so.")
    if len(called) > 1:
        ids = ", ".join(str(one.id) for one in called[:_TOLD])
        more = " and more" if len(called) > _TOLD else ""
        text = f"Several contacts have this e-mail address: {ids}{more}. Name one by its contactId, or by contactName."
        return FieldError("contactEmail", "AMBIGUOUS", text)
    return called[0].id
