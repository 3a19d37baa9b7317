"""The document of the event logs that programs read: what record each kind of event tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.platform.events.kinds import EventKinds
from almoner.platform.http.schemas import Schemas


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
