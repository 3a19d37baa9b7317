"""Permission groups: named sets of scopes of an organization, which its keys and users hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from almoner.kernel.errors import Conflict, Invalid, NotFound
from almoner.platform.database import Tx, load_queries
from almoner.platform.organizations.permissions import ALL

_queries = load_queries(__file__)

ADMINISTRATOR = "Administrator"
"""The group that may do everything: every organization has it, nobody changes it, and one user at least is in it."""


@dataclass(frozen=True, slots=True)
class Group:
    """A permission group as it is shown, with how many keys hold it."""

    id: int
    name: str
    scopes: tuple[str, ...]
    keys: int

    @property
    def is_administrator(self) -> bool:
        """Whether it is the one that may do everything."""
        return self.name == ADMINISTRATOR


async def plant_groups(tx: Tx, defaults: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Give an organization that has no groups yet its first: the administrators', and `defaults` (scopes by name)."""
    if await _queries.has_groups(tx):
        return
    for name, scopes in {ADMINISTRATOR: (ALL,), **defaults}.items():
        await _queries.plant_group(tx, name=name, name_key=_key(name), scopes=list(scopes), now=now)


async def list_groups(tx: Tx) -> list[Group]:
    """All groups, the oldest first."""
    return [
        Group(row["id"], row["name"], tuple(row["scopes"]), row["keys"])
        for row in await _queries.list_groups(tx)
    ]


async def group_named(tx: Tx, name: str) -> Group:
    """The group of this name, in any case; `NotFound` names those there are."""
    groups = await list_groups(tx)
    for group in groups:
        if _key(group.name) == _key(name):
            return group
    raise NotFound(
        f"There is no group '{name[:100]}'. There are: {', '.join(group.name for group in groups)}."
    )


async def create_group(tx: Tx, name: str, scopes: Sequence[str], by: str, now: datetime) -> int:
    """Make a group of checked `scopes`; answers with its id. `Invalid` for a bad name, `Conflict` for one that is taken."""
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        raise Invalid.field("name", "REQUIRED", "A group needs a name of 1 to 100 letters.")
    made: int | None = await _queries.plant_group(
        tx, name=name.strip(), name_key=_key(name), scopes=list(scopes), now=now
    )
    if made is None:
        raise Conflict(f"There is a group '{name.strip()}' already.")
    await _queries.note_group(tx, name=name.strip(), scopes=list(scopes), by=by, now=now)
    return made


async def change_group(tx: Tx, name: str, scopes: Sequence[str], by: str, now: datetime) -> None:
    """Let a group grant checked `scopes` from now on. `NotFound`, or `Conflict` for the administrators' group."""
    group = _changeable(await group_named(tx, name))
    await _queries.change_group(tx, id=group.id, scopes=list(scopes), now=now)
    await _queries.note_group(tx, name=group.name, scopes=list(scopes), by=by, now=now)


async def remove_group(tx: Tx, name: str, by: str, now: datetime) -> Group:
    """Take a group away that no key holds but revoked ones, and answer what it was; whether users hold it the caller has looked. `NotFound`, `Conflict`."""
    group = _changeable(await group_named(tx, name))
    if group.keys:
        raise Conflict(f"{group.keys} keys were made with the group '{group.name}': it stays.")
    await _queries.let_revoked_leave(tx, id=group.id)
    await _queries.remove_group(tx, id=group.id)
    await _queries.note_group(tx, name=group.name, scopes=[], by=by, now=now)
    return group


async def scopes_of(tx: Tx, group_id: int) -> frozenset[str]:
    """What a group grants; a group that is not there grants nothing."""
    return frozenset(await _queries.scopes_of(tx, id=group_id) or ())


def _changeable(group: Group) -> Group:
    if group.is_administrator:
        raise Conflict("The administrators' group stays as it is: whoever is in it may do everything.")
    return group


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
