"""Whether whom another system takes a contact for looks like it. Pure."""

from __future__ import annotations

import msgspec

from almoner.kernel.text import fold
from almoner.platform.mailboxes import address_key


class Giver(msgspec.Struct, kw_only=True, frozen=True):
    """Whom another system takes a contact for. `name` is the last name, or the whole one of an organization."""

    contact_id: int
    is_organization: bool
    name: str | None
    email: str | None


class Identity(msgspec.Struct, kw_only=True, frozen=True):
    """By what a contact is known: its name, and the last names and e-mail addresses of its people."""

    name: str
    last_names: list[str]
    emails: list[str]


def resemble(giver: Giver, contact: Identity) -> bool | None:
    """Whether an e-mail address or the name of the two is the same; None where they have nothing that can be compared."""
    names = [contact.name] if giver.is_organization else contact.last_names
    pairs = (
        ({address_key(giver.email)} if giver.email else set(), set(map(address_key, contact.emails))),
        ({fold(giver.name)} if giver.name else set(), {fold(name) for name in names if name}),
    )
    if any(mine & theirs for mine, theirs in pairs):
        return True
    return False if any(mine and theirs for mine, theirs in pairs) else None
