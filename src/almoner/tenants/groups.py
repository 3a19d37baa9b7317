"""The permission groups that every organization begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from almoner.platform.database import Tx
from almoner.platform.organizations.groups import plant_groups

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


async def prepare_groups(tx: Tx, now: datetime) -> None:
    """Give an organization its first groups, when nobody has needed one before."""
    await plant_groups(tx, DEFAULT_GROUPS, now)
