"""A word that is to be one of a few."""

from __future__ import annotations

from enum import StrEnum

from almoner.kernel.errors import Invalid


def one_of(field: str, word: str | None, choices: type[StrEnum]) -> str | None:
    """`word`, which is one of `choices` or None: nothing was asked for. `Invalid` of the field names them, and calls them as it is called."""
    if word is not None and word not in list(choices):
        raise Invalid.field(
            field, "UNKNOWN", f"There is no such {field}. It is one of: {', '.join(choices)}."
        )
    return word
