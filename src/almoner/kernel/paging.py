"""One page of a list: how much to skip, how much to take, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from almoner.kernel.errors import FieldError, Invalid

T = TypeVar("T")

SKIP_MAX = 10_000_000


@dataclass(frozen=True, slots=True)
class Paging:
    """A checked request for a page; `sort` is a column the feature allows, or an expression of one table."""

    skip: int
    take: int
    sort: str
    descending: bool = False

    @property
    def order(self) -> str:
        """The ORDER BY clause: the column and then the id beside it, so that pages never overlap."""
        direction = " DESC" if self.descending else ""
        # The dots of an expression are not those of a column: such a sort is of one table.
        table, dot, column = ("", "", self.sort) if "(" in self.sort else self.sort.rpartition(".")
        return self.sort + direction + ("" if column == "id" else f", {table}{dot}id{direction}")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The records of one page and how many there are on all pages."""

    items: list[T]
    total: int


def paging(
    skip: int,
    take: int,
    sort_by: str | None,
    *,
    take_max: int,
    sorts: Mapping[str, str],
    default_sort: str,
    descending: bool = False,
) -> Paging:
    """Check a page request; `Invalid` names each bad parameter. Unknown sort names fall back to the default.

    `sorts` maps lower-case wire names to columns. Unknown names do not fail: real clients send many
    spellings (crm-api.md section 5).
    """
    errors = []
    if not 0 <= skip <= SKIP_MAX:
        errors.append(FieldError("skip", "OUT_OF_RANGE", f"skip must be between 0 and {SKIP_MAX}."))
    if not 0 <= take <= take_max:
        errors.append(FieldError("take", "OUT_OF_RANGE", f"take must be between 0 and {take_max}."))
    if errors:
        raise Invalid("The page request is out of range.", fields=tuple(errors))
    return Paging(skip, take, sorts.get(sort_name(sort_by or ""), default_sort), descending)


def sort_name(written: str) -> str:
    """The name to sort by as `sorts` has it, however it was written: `Create Date` is `createdate`."""
    return written.replace(" ", "").lower()
