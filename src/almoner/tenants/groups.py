"""The permission groups that every organization begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from almoner.kernel.text import fold
from almoner.platform.database import Tx
from almoner.platform.organizations.groups import Group, plant_groups

DEFAULT_GROUPS: Mapping[str, Sequence[str]] = {
    "Read only": ["*:read"],
    "Gift entry": [
        "gift:*",
        "contact:read",
        "contact:create",
        "contact:update",
        "donor:*",
        "campaign:read",
        "communication:read",
        "segment:read",
        "project:read",
        "organization:read",
        "sync:read",
    ],
}
"""Scopes by name, beside the administrators' group, which the platform knows. They may be changed and removed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a group that every organization begins with differs from what it would be today; `is_there` says whether the organization has it still."""

    name: str
    is_there: bool
    lacks: list[str]
    grants_besides: list[str]
    today: list[str]


def differences(groups: Sequence[Group]) -> list[Difference]:
    """The groups of today's beginning that an organization's `groups` do not have, or not so."""
    there = {fold(group.name): group.scopes for group in groups}
    found = []
    for name, scopes in DEFAULT_GROUPS.items():
        own = there.get(fold(name), ())
        lacks = [scope for scope in scopes if scope not in own]
        besides = [scope for scope in own if scope not in scopes]
        if lacks or besides:
            found.append(Difference(name, fold(name) in there, lacks, besides, list(scopes)))
    return found


async def prepare_groups(tx: Tx, now: datetime) -> None:
    """Give an organization its first groups, when nobody has needed one before."""
    await plant_groups(tx, DEFAULT_GROUPS, now)
