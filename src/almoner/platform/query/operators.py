"""The 25 operators: how they may be written, and what each does. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from almoner.kernel.text import did_you_mean


class Does(Enum):
    """What an operator asks of a value."""

    EQUALS = "equals"
    KNOWN = "known"
    TRUE = "true"
    LESS = "less"
    AT_MOST = "at most"
    GREATER = "greater"
    AT_LEAST = "at least"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    MATCHES = "matches"


COMPARISONS = frozenset({Does.LESS, Does.AT_MOST, Does.GREATER, Does.AT_LEAST})
WITHOUT_VALUE = frozenset({Does.KNOWN, Does.TRUE})


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator by its name on the wire. `is_not`: it holds exactly where the other does not, so also where nothing is known."""

    name: str
    does: Does
    is_not: bool = False

    @property
    def takes_many(self) -> bool:
        """Whether it is told as one of many values. `Is` and `IsNot` with `values` are taken too (client-facts.md 17)."""
        return self.name in _OF_MANY


_OF_MANY = frozenset({"In", "NotIn", "IsAnyOf", "IsNoneOf"})

OPERATORS = (
    Operator("Is", Does.EQUALS),
    Operator("IsNot", Does.EQUALS, is_not=True),
    Operator("IsKnown", Does.KNOWN),
    Operator("IsNotKnown", Does.KNOWN, is_not=True),
    Operator("LessThan", Does.LESS),
    Operator("LessThanOrEqual", Does.AT_MOST),
    Operator("GreaterThan", Does.GREATER),
    Operator("GreaterThanOrEqual", Does.AT_LEAST),
    Operator("Contains", Does.CONTAINS),
    Operator("StartsWith", Does.STARTS),
    Operator("EndsWith", Does.ENDS),
    Operator("IsTrue", Does.TRUE),
    Operator("IsFalse", Does.TRUE, is_not=True),
    Operator("IsSet", Does.KNOWN),
    Operator("IsNotSet", Does.KNOWN, is_not=True),
    Operator("In", Does.EQUALS),
    Operator("NotIn", Does.EQUALS, is_not=True),
    Operator("Between", Does.BETWEEN),
    Operator("Before", Does.LESS),
    Operator("After", Does.GREATER),
    Operator("IsAnyOf", Does.EQUALS),
    Operator("IsNoneOf", Does.EQUALS, is_not=True),
    Operator("Matches", Does.MATCHES),
    Operator("OnOrBefore", Does.AT_MOST),
    Operator("OnOrAfter", Does.AT_LEAST),
)
"""In the order in which the service lists them."""

NAMES = tuple(operator.name for operator in OPERATORS)

_SPACED = {
    "isbefore": "Before",
    "isafter": "After",
    "ison": "Is",
    "isonorbefore": "OnOrBefore",
    "isonorafter": "OnOrAfter",
    "isbeforeoron": "OnOrBefore",
    "isafteroron": "OnOrAfter",
    "lessthanorequalto": "LessThanOrEqual",
    "greaterthanorequalto": "GreaterThanOrEqual",
    "isbetween": "Between",
    "isin": "In",
    "isnotin": "NotIn",
}
"""What the documents write and the live lists do not have, without blanks."""

_BY_NAME = {operator.name.lower(): operator for operator in OPERATORS}
_KNOWN = _BY_NAME | {written: _BY_NAME[name.lower()] for written, name in _SPACED.items()}


def operator_called(written: str) -> Operator | None:
    """The operator that is written so, in any case, with or without blanks; None when there is none."""
    return _KNOWN.get("".join(written.split()).lower())


def unknown_operator(written: str, choices: tuple[str, ...]) -> str:
    """What to tell of an operator that is none, or none of this parameter's `choices`."""
    known = operator_called(written)
    what = f"'{written[:60]}' is no operator" if known is None else f"{known.name} is no operator of it"
    return f"{what}.{did_you_mean(written, choices)} What can be: {', '.join(choices)}."
