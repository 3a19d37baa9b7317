"""What a valid definition of a field is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from almoner.crm.wire import read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold

RECORD_TYPES = ("Contact", "ContactIndividual", "ContactNote", "Gift", "GiftAsk", "Grant", "PlannedGift", "Pledge",
                "Premium", "Project", "RecurringGift")  # fmt: skip
"""The kinds of records that can have fields of the organization's own, as the API's paths name them."""


class Holds(Enum):
    """What the values of a field are."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth"
    OPTION = "one of a list"


TYPES: Mapping[str, Holds] = {
    "Text": Holds.TEXT,
    "Number": Holds.NUMBER,
    "Date": Holds.DAY,
    "DateTime": Holds.DAY,
    "Boolean": Holds.TRUTH,
    "Dropdown": Holds.OPTION,
    "List": Holds.OPTION,
}
"""What a field holds. The original calls days and lists by two names each (crm-api.md 8.10); a field keeps the one it was made with."""

NAME_MAX, OPTION_MAX, OPTIONS_MAX, FIELDS_MAX, FORMER_MAX = 100, 255, 500, 200, 5_000
"""Letters of a name and of an option, options of a field, fields of a kind of record, archived ones among them, and former options of a field: the last ones."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A field of a kind of record. What it holds is kept under its id, so that it may be called otherwise."""

    id: int
    name: str
    display_name: str
    data_type: str
    options: Sequence[str]
    is_required: bool
    former_options: Sequence[str] = ()
    """What its list had once: records may have it still."""

    @property
    def holds(self) -> Holds:
        """What its values are."""
        return TYPES[self.data_type]

    @property
    def keys(self) -> set[str]:
        """What it is called, as names are compared."""
        return {fold(self.name), fold(self.display_name)}


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new field; `Invalid` names everything that is broken. It is shown by its name when it says nothing else."""
    errors: list[FieldError] = []
    record_type = None if said["record_type"] is None else said["record_type"].removeprefix("v2/")
    row = {
        "record_type": read_label("recordType", record_type, RECORD_TYPES, errors),
        "name": _name("name", said["name"], errors),
        "data_type": read_label("dataType", said["data_type"], tuple(TYPES), errors),
        "is_required": said["is_required"],
        "is_archived": said["is_archived"],
    }
    row["display_name"] = clean(said["display_name"]) or row["name"]
    row["options"] = _options(said["options"], row["data_type"], errors)
    _refuse_any(errors)
    return row


def revised(said: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that change of a field that `was` so; `Invalid` as in `checked`. What is not said stays."""
    errors: list[FieldError] = []
    row = dict(said)
    if "display_name" in row:
        row["display_name"] = clean(row["display_name"]) or was["name"]
    if "options" in row:
        row["options"] = _options(row["options"], was["data_type"], errors)
        row["former_options"] = _former(was, row["options"])
    _refuse_any(errors)
    return row


def _refuse_any(errors: Sequence[FieldError]) -> None:
    if errors:
        raise Invalid("The custom field is not valid.", fields=tuple(errors))


def _name(field: str, text: str | None, errors: list[FieldError]) -> str | None:
    name = clean(text)
    if text is not None and name is None:
        errors.append(FieldError(field, "REQUIRED", "A custom field needs a name."))
    return name


def _former(was: Mapping[str, Any], options: Sequence[str]) -> list[str]:
    """What the list had and has no more, however little it differs from what it has now; the last taken out last."""
    kept = set(options)
    had = dict.fromkeys((*was["former_options"], *was["options"]))
    return [option for option in had if option not in kept][-FORMER_MAX:]


def _options(given: Sequence[str] | None, data_type: str | None, errors: list[FieldError]) -> list[str]:
    """The options of a list, each once; other types have none."""
    by_key = {fold(option): option.strip() for option in reversed(given or ()) if clean(option)}
    options = list(reversed(by_key.values()))
    if data_type is None:
        return options
    is_list = TYPES[data_type] is Holds.OPTION
    if is_list and not options:
        errors.append(FieldError("options", "REQUIRED", f"A {data_type} needs at least one option."))
    if not is_list and options:
        errors.append(FieldError("options", "INCONSISTENT", f"A {data_type} has no options."))
    return options
