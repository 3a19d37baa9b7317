"""The settings, as they are declared."""

from __future__ import annotations

from typing import Any

import msgspec

from almoner.platform.settings import Settings
from docsite.parts.markdown import table


def settings() -> str:
    """A line for each setting: what it may be, what it is when nobody says, and what it means."""
    fields = msgspec.inspect.type_info(Settings).fields  # type: ignore[attr-defined]
    return table(("Setting", "Values", "Default", "Meaning"), map(row, fields))


def row(field: msgspec.inspect.Field) -> tuple[str, str, str, str]:
    """The line about one setting."""
    kind, meaning = field.type, ""
    if isinstance(kind, msgspec.inspect.Metadata):
        meaning = (kind.extra_json_schema or {}).get("description", "")
        kind = kind.type
    if not meaning:
        raise ValueError(f"the setting {field.name} has no description")
    return f"`{field.name}`", values_of(kind), default_of(field), meaning


def values_of(kind: Any) -> str:
    """What a setting may be."""
    match kind:
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.StrType():
            return "text"
        case msgspec.inspect.LiteralType():
            return " or ".join(f"`{value}`" for value in kind.values)
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            noun = "whole number" if isinstance(kind, msgspec.inspect.IntType) else "number"
            return f"{noun}{bounds_of(kind)}"
    return "folder"


def bounds_of(kind: Any) -> str:
    """How large or small a number may be."""
    parts = [
        f" {word} {getattr(kind, name)}"
        for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"))
        if getattr(kind, name) is not None
    ]
    return ",".join(parts) if kind.gt is not None else "".join(parts)


def default_of(field: msgspec.inspect.Field) -> str:
    """A setting's default, as it is written in the file."""
    if field.name == "data_dir":
        return "the platform's user data folder"
    return f"`{msgspec.json.encode(field.default).decode()}`"
