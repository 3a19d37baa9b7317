"""What a valid definition of a field is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from almoner.kernel.errors import Conflict, FieldError, Invalid
from almoner.kernel.labels import read_label
from almoner.kernel.text import clean, fold


class CustomFieldTaken(Conflict):
    """Another field of the same kind of record has this name or is shown by it, in whatever case and with whatever blanks, or a parameter of queries is called so."""


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
"""What a field holds. Days and lists have two names each; a field keeps the one it was made with."""

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
    row = examined(said, errors)
    refuse_any(errors)
    return row


def examined(said: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    """The columns of a new field with all its `errors`; null stands in them for what could not be read."""
    row = {
        "name": _name("name", said["name"], errors),
        "data_type": read_label("dataType", said["data_type"], tuple(TYPES), errors),
        "is_required": said["is_required"],
        "is_archived": said["is_archived"],
    }
    row["display_name"] = clean(said["display_name"]) or row["name"]
    row["options"] = _options(said["options"], row["data_type"], errors)
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
    refuse_any(errors)
    return row


def refuse_any(errors: Sequence[FieldError]) -> None:
    """`Invalid` with these errors, if there are any."""
    if errors:
        raise Invalid("The custom field is not valid.", fields=tuple(errors))


def taken(
    row: Mapping[str, Any],
    was: Mapping[str, Any] | None,
    others: Sequence[Mapping[str, Any]],
    reserved: Callable[[str], str | None],
    full_at: str,
) -> list[FieldError]:
    """What another field is called, or a parameter of queries (`reserved` names it), or that there are as many as there may be (told at `full_at`).

    `others` are all fields of the same kind of record; a name that the field has already (it `was` so) stays. Names differ by more than blanks,
    which queries pass over.
    """
    own_id = None if was is None else was["id"]
    others = [each for each in others if each["id"] != own_id]
    if own_id is None and len(others) >= FIELDS_MAX:
        text = f"A kind of record has at most {FIELDS_MAX} custom fields, archived ones among them."
        return [FieldError(full_at, "TOO_MANY", text)]
    names = [each[column] for each in others for column in ("name", "display_name")]
    used, without_blanks = (
        {fold(name): name for name in names},
        {_without_blanks(name): name for name in names},
    )
    wanted = {"name": row["name"], "displayName": row["display_name"]}
    kept = set() if was is None else {was["name"], was["display_name"]}
    other_fields = [
        FieldError(field, "TAKEN", f"Another custom field is called '{other}'.")
        for field, name in wanted.items()
        if name is not None
        and (
            other := used.get(fold(name)) or (name not in kept and without_blanks.get(_without_blanks(name)))
        )
    ]
    return other_fields + [
        FieldError(field, "TAKEN", f"Queries mean their parameter '{parameter}' by '{name}'.")
        for field, name in wanted.items()
        if name is not None and name not in kept and (parameter := reserved(name)) is not None
    ]


def _without_blanks(name: str) -> str:
    return fold(name).replace(" ", "")


def refuse_taken(errors: Sequence[FieldError]) -> None:
    """`CustomFieldTaken` with these errors of `taken`, if there are any; `Invalid` where there are too many fields."""
    if errors and errors[0].code == "TOO_MANY":
        raise Invalid(errors[0].message, fields=tuple(errors))
    if errors:
        raise CustomFieldTaken(errors[0].message, fields=tuple(errors))


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
