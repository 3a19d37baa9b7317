"""What a product's log can say: its kinds of events, and the table of them that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from almoner.platform.wire import View


class EventKind(msgspec.Struct, frozen=True):
    """One kind of event: the view that tells of its record, whose order it stands in (None: nobody's), when it is appended."""

    view: type[View]
    key: str | None
    when: str


EventKinds: TypeAlias = Mapping[str, EventKind]
"""The registry of a product, in its contract: what each kind (`noun.happened`) is."""


def table_of(kinds: EventKinds) -> str:
    """The kinds of one log as the table that docs/reference/events.md has of them."""
    rows = (
        f"| `{name}` | {kind.key or '0'} | `{kind.view.__name__}` | {kind.when} |"
        for name, kind in kinds.items()
    )
    return "\n".join(("| kind | key | record | when |", "|---|---|---|---|", *rows)) + "\n"
