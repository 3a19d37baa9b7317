"""What a product's log can say: its kinds of events, and the document of them that partners read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from almoner.platform.http.schemas import Schemas
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


def schema_of(logs: Mapping[str, EventKinds]) -> dict[str, Any]:
    """JSON Schema of the record that each kind of each log tells of. Shapes are named as in the product's OpenAPI document."""
    shapes: dict[str, Any] = {}
    told: dict[str, dict[str, Any]] = {}
    for log, kinds in logs.items():
        schemas = Schemas((kind.view for kind in kinds.values()), below=f"#/$defs/{log}.")
        told[log] = {name: schemas.of(kind.view) for name, kind in kinds.items()}
        shapes |= {f"{log}.{name}": schema for name, schema in schemas.components.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of Almoner",
        "description": "logs.<log>.<kind> is the schema of the record that an event of this kind tells of.",
        "logs": told,
        "$defs": shapes,
    }
