"""What comes in about fields of the organization's own."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from almoner.kernel.custom_fields import NAME_MAX, OPTION_MAX, OPTIONS_MAX, TYPES
from almoner.platform.wire import Body, one_of

FieldName = Annotated[str, Meta(max_length=NAME_MAX)]
Option = Annotated[str, Meta(max_length=OPTION_MAX)]
Options = Annotated[list[Option], Meta(max_length=OPTIONS_MAX)]
Value = Annotated[Any, Meta(extra_json_schema={"type": ["string", "number", "boolean", "null"]})]


class CustomFieldValueBody(Body):
    """What a record has in a field of the organization's own."""

    name: str
    """The name of the field, or the one that it is shown by, in any case."""
    value: Value = None
    """What it holds: text, a number, a day, true or false, or one of its options. A blank clears it."""
    display_name: str | None = None
    """How the field is shown; it plays no part."""


CustomFields: TypeAlias = list[CustomFieldValueBody] | dict[str, Value]
"""Values as a list, or as an object from names to values."""


class CustomFieldChangeBody(Body):
    """How a field is shown and used from now on. What is left out stays; its name and what it holds do."""

    display_name: FieldName | UnsetType = UNSET
    """How it is shown, and asked for in queries; its name when it is blank."""
    options: Options | UnsetType = UNSET
    """What can be chosen of a list. A record that has another keeps it."""
    is_required: bool | UnsetType = UNSET
    """Whether records that are made or replaced over the API must have a value in it."""
    is_archived: bool | UnsetType = UNSET
    """Whether it is out of use: neither told, nor written, nor asked for. What records have in it is kept."""


class CustomFieldBody(Body):
    """A field to add."""

    name: FieldName
    """Its name, which stays: no other field of the kind has it, in any case."""
    data_type: Annotated[str, one_of(TYPES)]
    """What it holds, in any case. `DateTime` is another name of `Date`, and `List` of `Dropdown`."""
    display_name: FieldName | None = None
    """How it is shown, and asked for in queries; its name when it is left out."""
    options: Options = msgspec.field(default_factory=list)
    """What can be chosen of a list: at least one. Other types have none."""
    is_required: bool = False
    """Whether records that are made or replaced over the API must have a value in it."""
    is_archived: bool = False
    """Whether it is out of use."""
