"""Shapes as JSON Schema: msgspec's, made to say what our wire really does and what each field means."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from almoner.platform.http.described import field_words, structs_in, without_sources

_PAGE = re.compile(r"(?:Raise|Crm)Page_(\w+)_")
_BELOW = "#/components/schemas/"


class Schemas:
    """The schemas of some types, and as `components` those of the structs in them, under plain names.

    They are referred to as `below` with the name after it. Closed lists stand where they are used.
    """

    def __init__(self, shapes: Iterable[Any], below: str = _BELOW) -> None:
        wanted = list(dict.fromkeys(shapes))
        schemas, components = msgspec.json.schema_components(wanted, ref_template=f"{below}{{name}}")
        lists = {f"{below}{name}": schema for name, schema in components.items() if "enum" in schema}
        words = {struct.__name__: field_words(struct) for struct in structs_in(wanted)}
        self._by_shape = dict(zip(wanted, (_told(schema, lists) for schema in schemas), strict=True))
        self.components = {
            _plain(name): _struct(_plain(name), _told(schema, lists), words.get(name.partition("_")[0], {}))
            for name, schema in components.items()
            if "enum" not in schema
        }

    def of(self, shape: Any) -> Any:
        """The schema of one of the types."""
        return copy.deepcopy(self._by_shape[shape])

    def written(self, shape: Any) -> Any:
        """The same for a value written as text in path or query, where there is no null: it is left out instead."""
        schema = self.of(shape)
        options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
        return options[0] if len(options) == 1 else schema


def _told(schema: Any, lists: Mapping[str, Any]) -> Any:
    """`schema` with Decimal as the number it is on our wire, plain names, and the closed `lists` themselves."""
    if isinstance(schema, list):
        return [_told(item, lists) for item in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _told(value, lists) for key, value in schema.items()}
    if told.get("format") == "decimal":
        del told["format"]
        told["type"] = "number"
        if "default" in told:
            told["default"] = Decimal(told["default"])
    if (named := lists.get(told.get("$ref", ""))) is not None:
        del told["$ref"]
        told |= {"type": "string", "enum": named["enum"]}
    if "$ref" in told:
        told["$ref"] = _plain(told["$ref"])
    return told


def _plain(name: str) -> str:
    """`NoteViewPage` for `RaisePage[NoteView]`."""
    return _PAGE.sub(r"\1Page", name)


def _struct(name: str, schema: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """A Body takes keys it does not know, and fills in what is left out; a View is sent with every field it has."""
    if "description" in schema:
        schema["description"] = without_sources(schema["description"])
    if schema["type"] != "object":
        return schema
    is_body = schema.pop("additionalProperties", None) is False
    required = schema.pop("required", [])
    for field, value in schema["properties"].items():
        filled = value.pop("default", None)
        if said := words.get(field, value.get("description")):
            value["description"] = said if not is_body else f"{said}{_left_out(filled)}"
    if not is_body:
        required = list(schema["properties"])
    return {**schema, "title": name, **({"required": required} if required else {})}


def _left_out(filled: Any) -> str:
    """What a field is when it is left out; not as `default`, which generated clients read as a field that is required."""
    if filled is None or filled in ([], {}):
        return ""
    return f" When it is left out: {str(filled).lower() if isinstance(filled, bool) else filled}."
