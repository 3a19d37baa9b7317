"""The kinds of giving records that flow, in the order in which they do: givers before gifts, gifts before what went back of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

from almoner.crm.contract import Change
from almoner.giving.contract import Unreadable
from almoner.platform.database import Tx
from almoner.sync.entities.donor import DONOR
from almoner.sync.entities.gift import GIFT
from almoner.sync.entities.reversal import REVERSAL
from almoner.sync.rules import Reason, Wanted


class Entity(Protocol):
    """One kind: the events that concern it, its facts as they are now, what holds it back, and the change it asks for.

    Everything that flows is a donor or belongs to one. For a further kind to flow, wait, fail and be tried again, a file beside these,
    a line below and its name in the checks of `sync.record` are all. What people are shown of what failed (`triage/store.sql`) names gifts, reversals
    and donors, and how long it took (`lag/store.sql`) is of gifts alone: they have to learn of a kind before one is served.
    """

    @property
    def name(self) -> str:
        """What records of the sync call it."""
        ...

    @property
    def kinds(self) -> Collection[str]:
        """The events of giving that concern it."""
        ...

    @property
    def page(self) -> str:
        """The page of the CRM that shows what became of one: `Gift`."""
        ...

    async def facts(self, tx: Tx, ids: Sequence[int], /) -> dict[int, Any]:
        """What giving knows of these records, each with its version, by id; unknown ids are left out, and what cannot be read in full."""
        ...

    async def unreadable(self, tx: Tx, ids: Sequence[int], /) -> dict[int, Unreadable]:
        """What is left of records without facts, by id; of what is not there at all, nothing."""
        ...

    def donor_id(self, fact: Any, /) -> int:
        """The donor it is or belongs to."""
        ...

    def made_at(self, fact: Any, /) -> datetime:
        """When giving first had it (UTC)."""
        ...

    def hold(self, fact: Any, wanted: Wanted, integration: str, /) -> tuple[Reason, str | None] | None:
        """Why a record does not go, with the detail that belongs to it; None when it does."""
        ...

    def change(self, fact: Any, /) -> Change:
        """What the destination is told."""
        ...

    def money(self, fact: Any, /) -> tuple[str | None, int | None]:
        """Currency and minor units; of a donor neither, of all else both."""
        ...

    def awaited(self, fact: Any, /) -> str | None:
        """The gift, by its id, that a record waits for when the destination does not know it; None when it waits for none."""
        ...


ENTITIES: tuple[Entity, ...] = (DONOR, GIFT, REVERSAL)
BY_KIND = {kind: entity for entity in ENTITIES for kind in entity.kinds}
BY_NAME = {entity.name: entity for entity in ENTITIES}

__all__ = ["BY_KIND", "BY_NAME", "DONOR", "ENTITIES", "GIFT", "REVERSAL", "Entity"]
