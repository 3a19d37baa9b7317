"""What can be asked of a kind of record: parameters by name, each naming a column of what is read. Data, from the code alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from almoner.kernel.paging import sort_name
from almoner.kernel.text import nearest_ones
from almoner.platform.query.operators import OPERATORS, Does, Operator


class Kind(Enum):
    """What a parameter's values are."""

    INT = "whole number"
    DECIMAL = "number"
    MONEY = "amount of money"
    TEXT = "text"
    CODE = "text that is a code"
    STATE = "text that is one of many"
    LOOKUP = "text that is looked up"
    DAY = "day"
    INSTANT = "instant"
    LIST = "one of a list"
    CHOICE = "one of a list, stored as a number"
    TRUTH = "truth"
    OBJECT = "whether there is one"


TYPES: Mapping[Kind, str] = {
    Kind.INT: "Int",
    Kind.DECIMAL: "Decimal",
    Kind.MONEY: "Decimal",
    Kind.TEXT: "String",
    Kind.CODE: "String",
    Kind.STATE: "String",
    Kind.LOOKUP: "Lookup",
    Kind.DAY: "Date",
    Kind.INSTANT: "Date",
    Kind.LIST: "List",
    Kind.CHOICE: "List",
    Kind.TRUTH: "Boolean",
    Kind.OBJECT: "Object",
}
"""The type of each as `QueryOptions` tells it."""

_NUMBERS = ("Is", "LessThan", "LessThanOrEqual", "GreaterThan", "GreaterThanOrEqual", "Between")
_TEXTS = ("Is", "Contains", "StartsWith", "EndsWith")
_DAYS = ("Is", "LessThan", "LessThanOrEqual", "Before", "OnOrBefore", "GreaterThan", "GreaterThanOrEqual", "After",
         "OnOrAfter", "Between")  # fmt: skip

TOLD: Mapping[Kind, tuple[str, ...]] = {
    Kind.INT: _NUMBERS,
    Kind.DECIMAL: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.TEXT: _TEXTS,
    Kind.CODE: ("IsSet", "IsNotSet", "Is", "IsNot", "Contains", "StartsWith", "EndsWith"),
    Kind.STATE: ("Is", "IsNot", "IsKnown", "IsNotKnown", "In", "NotIn"),
    Kind.LOOKUP: _TEXTS,
    Kind.DAY: _DAYS,
    Kind.INSTANT: _DAYS,
    Kind.LIST: ("Is", "IsNot"),
    Kind.CHOICE: ("Is", "IsNot", "IsAnyOf", "IsNoneOf"),
    Kind.TRUTH: ("IsTrue", "IsFalse"),
    Kind.OBJECT: ("IsSet", "IsNotSet"),
}
"""The operators that the original lists for each type."""

_WHATEVER = frozenset({Does.EQUALS, Does.KNOWN})
_ORDERED = _WHATEVER | {Does.LESS, Does.AT_MOST, Does.GREATER, Does.AT_LEAST, Does.BETWEEN}
_WRITTEN = _WHATEVER | {Does.CONTAINS, Does.STARTS, Does.ENDS, Does.MATCHES}
_CAN: Mapping[Kind, frozenset[Does]] = {
    **dict.fromkeys((Kind.INT, Kind.DECIMAL, Kind.MONEY, Kind.DAY, Kind.INSTANT), _ORDERED),
    **dict.fromkeys((Kind.TEXT, Kind.CODE, Kind.STATE, Kind.LOOKUP), _WRITTEN),
    Kind.LIST: _WHATEVER,
    Kind.CHOICE: _WHATEVER,
    Kind.TRUTH: frozenset({Does.TRUE, Does.EQUALS, Does.KNOWN}),
    Kind.OBJECT: frozenset({Does.KNOWN}),
}
"""What is taken: whatever makes sense, more than the original lists."""


NOW = "{now}"
"""Stands in the SQL of a parameter for the instant at which a query is asked, by the clock that its records are told by."""
TODAY = "{today}"
"""Stands in the SQL of a parameter for the organization-local day on which a query is asked."""


@dataclass(frozen=True, slots=True)
class Through:
    """Another table that a parameter's column is in: an EXISTS with `{condition}` in it. `$1` is the organization."""

    sql: str
    is_one: bool = False
    """At most one row there belongs to a record: several conditions on it are one look."""


def alike(*values: str) -> Mapping[str, str]:
    """A closed list whose values are told as they are stored."""
    return dict(zip(values, values, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter:
    """What can be asked, by its display name."""

    name: str
    kind: Kind
    sql: str
    """The column, of the catalog's table or that of `through`; an expression stands in parentheses. `TODAY` in it is the day of the query."""
    through: Through | None = None
    currency: str | None = None
    """Of money in minor units: the column of its currency."""
    nullable: bool = False
    values: Mapping[str, str] | None = None
    """All the values of a closed list, as they are told, each with what is stored for it."""
    once: Sequence[str] = ()
    """What the list had once, as it is stored: records may have it still, so it can be asked for."""
    is_open: bool = False
    """Whether records may have other values than those of the list: each can be asked for."""
    kept_total: str | None = None
    """A statement with `{condition}` that tells from a kept figure how many records have a value that is asked for alone."""
    found_by: str | None = None
    """A condition with `{value}` on another expression, which an index has: it holds of every record whose text is the value, in whatever case."""
    names_record: str | None = None
    """A condition on `word`: that a record has this name. A value that is asked for and names none is refused."""
    near: str | None = None
    """An expression on `word`: what it may mean, to put behind the sentence that refuses it."""

    @property
    def takes(self) -> tuple[str, ...]:
        """All operators that it takes, in the service's order."""
        can = _CAN[self.kind]
        return tuple(operator.name for operator in OPERATORS if operator.does in can)

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that `QueryOptions` lists for it: those of the original."""
        told = TOLD[self.kind]
        return (*told, "IsKnown", "IsNotKnown") if self.nullable and "IsKnown" not in told else told

    def can(self, operator: Operator) -> bool:
        """Whether the operator makes sense for its values."""
        return operator.does in _CAN[self.kind]


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The parameters of one kind of record, and how its ids are found."""

    noun: str
    """What a record is called: `note`."""
    table: str
    """What is read, with its one-letter alias: `diary.note n`."""
    parameters: Sequence[Parameter]
    sorts: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names to sort by, each with its column; the id is always among them."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Other spellings of parameters, in lower case, that clients send: `phone` for `Phone Number`."""
    only: str | None = None
    """A condition that holds for every record of an answer, unless a query asks otherwise."""
    kept_total: str | None = None
    """A statement that gives the number of all records from a kept figure."""
    found_by_text: str | None = None
    """A condition with `{value}` that holds for the records that a free text finds."""
    columns: Sequence[str] = ()
    """What of a record can be told as a column beside it, by display name."""

    @property
    def alias(self) -> str:
        """The alias of the table."""
        return self.table.rpartition(" ")[2]

    def called(self, written: str, more: Mapping[str, Parameter]) -> Parameter | None:
        """The parameter of this display name in any case, also without blanks; `more` are the organization's own, by such names and in lower case."""
        name = sort_name(written)
        known = self.by_name
        own = more.get(written.strip().lower()) or more.get(name)
        return known.get(sort_name(self.names.get(name, ""))) or known.get(name) or own

    @property
    def by_name(self) -> Mapping[str, Parameter]:
        """The parameters by their names in lower case without blanks."""
        return _by_name(tuple(self.parameters))

    def column(self, written: str) -> str | None:
        """The column of this display name in any case, also without blanks."""
        wanted = sort_name(written)
        return next((name for name in self.columns if sort_name(name) == wanted), None)

    def near_to(self, written: str, more: Mapping[str, Parameter]) -> list[str]:
        """Names that a misspelt one is like, the nearest first."""
        names = [parameter.name for parameter in dict.fromkeys((*self.parameters, *more.values()))]
        return nearest_ones(written, names)

    def sort(self, name: str | None) -> str | None:
        """The column behind a name to sort by, the id where there is none; None for a name that nobody knows."""
        if not name:
            return f"{self.alias}.id"
        wanted = sort_name(name)
        return {"id": f"{self.alias}.id", f"{self.noun}id": f"{self.alias}.id", **self.sorts}.get(wanted)


def by_display_name(parameters: Sequence[Parameter]) -> dict[str, Parameter]:
    """Parameters by their names as they are compared."""
    return {sort_name(parameter.name): parameter for parameter in parameters}


_cache: dict[tuple[Parameter, ...], dict[str, Parameter]] = {}


def _by_name(parameters: tuple[Parameter, ...]) -> dict[str, Parameter]:
    found = _cache.get(parameters)
    if found is None:
        found = _cache[parameters] = by_display_name(parameters)
    return found
