"""Shapes as JSON Schema: msgspec's, made to say what our wire really does."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

_PAGE = re.compile(r"(?:Raise|Crm)Page_(\w+)_")


class Schemas:
    """The schemas of some types, and as `components` those of the structs in them, under plain names.

    They are referred to as `below` with the name after it.
    """

    def __init__(self, shapes: Iterable[Any], below: str = "#/components/schemas/") -> None:
        wanted = list(dict.fromkeys(shapes))
        schemas, components = msgspec.json.schema_components(wanted, ref_template=f"{below}{{name}}")
        self._by_shape = dict(zip(wanted, (_told(schema) for schema in schemas), strict=True))
        self.components = {
            _plain(name): _struct(_plain(name), _told(schema)) for name, schema in components.items()
        }

    def of(self, shape: Any) -> Any:
        """The schema of one of the types."""
        return copy.deepcopy(self._by_shape[shape])

    def written(self, shape: Any) -> Any:
        """The same for a value written as text in path or query, where there is no null: it is left out instead."""
        schema = self.of(shape)
        options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
        return options[0] if len(options) == 1 else schema


def _told(schema: Any) -> Any:
    """`schema` with Decimal as the number it is on our wire, and plain names."""
    if isinstance(schema, list):
        return [_told(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _told(value) for key, value in schema.items()}
    if told.get("format") == "decimal":
        del told["format"]
        told["type"] = "number"
        if "default" in told:
            told["default"] = Decimal(told["default"])
    if "$ref" in told:
        told["$ref"] = _plain(told["$ref"])
    return told


def _plain(name: str) -> str:
    """`NoteViewPage` for `RaisePage[NoteView]`."""
    return _PAGE.sub(r"\1Page", name)


def _struct(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A Body takes keys it does not know; a View is sent with every field it has."""
    if schema["type"] != "object":
        return schema
    is_body = schema.pop("additionalProperties", None) is False
    required = schema.pop("required", [])
    if not is_body:
        required = list(schema["properties"])
        for value in schema["properties"].values():
            value.pop("default", None)
    return {**schema, "title": name, **({"required": required} if required else {})}
