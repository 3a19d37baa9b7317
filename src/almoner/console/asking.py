"""Lists that the query language narrows: the conditions that an address says, the query they are, and the form that says them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from almoner.kernel.errors import FieldError
from almoner.platform.query import ConditionBody, Found, GroupBody, QueryBody, Window
from almoner.platform.query.conditions import BadQuery
from almoner.platform.query.operators import OPERATORS, Does, operator_called

T = TypeVar("T")

TAKE = 25
"""Records on a page."""
LINES_MAX = 10
"""Conditions that a form has."""
_TWICE = frozenset({"IsSet", "IsNotSet", "In", "NotIn"})
"""Operators that say what another one says: understood, and not offered."""
_SEVERAL = re.compile(r"\s*;\s*")
_PLACE = re.compile(r"groups\[(\d+)\]\.conditions\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as it is typed: several values stand with semicolons between them."""

    parameter: str = ""
    operator: str = "Is"
    text: str = ""

    @property
    def condition(self) -> ConditionBody:
        """What it asks; what is wrong with it is told by whoever runs the query."""
        known = operator_called(self.operator)
        if known is not None and (known.takes_many or known.does is Does.BETWEEN):
            values = [each for each in _SEVERAL.split(self.text) if each]
            return ConditionBody(parameter=self.parameter, operator=self.operator, values=values)
        return ConditionBody(parameter=self.parameter, operator=self.operator, value=self.text)


@dataclass(frozen=True, slots=True)
class Search:
    """Which records of the list at `path`: those of which all `lines` hold, or any of them; from `cursor` on.

    `first` is what the form offers for a beginning.
    """

    path: str
    first: Line
    lines: tuple[Line, ...] = ()
    is_any: bool = False
    cursor: str | None = None

    @property
    def body(self) -> QueryBody:
        """The query: the newest record first."""
        groups = [[line] for line in self.lines] if self.is_any else [self.lines]
        wanted = [GroupBody(conditions=[line.condition for line in group]) for group in groups if group]
        return QueryBody(groups=wanted or None, descending=True)

    @property
    def window(self) -> Window:
        """The page."""
        return Window(take=TAKE, cursor=self.cursor)

    def address(self, cursor: str | None = None) -> str:
        """The list so narrowed, at its beginning or from `cursor` on."""
        parts: dict[str, str] = {}
        for number, line in enumerate(self.lines, start=1):
            parts |= {f"p{number}": line.parameter, f"o{number}": line.operator, f"v{number}": line.text}
        parts |= {"match": "any"} if self.is_any else {}
        parts |= {"cursor": cursor} if cursor else {}
        return f"{self.path}?{urlencode(parts)}" if parts else self.path


def search_of(said: Mapping[str, str], path: str, first: Line) -> Search:
    """What the parameters `said` of an address ask of the list at `path`: `p1`, `o1` and `v1` are the first condition, up to the tenth.

    Nothing is asked by a line that names no parameter, if it has no value either, nor by the one that the form began with.
    """
    lines = (_line(*(said.get(f"{part}{n}", "").strip() for part in "pov")) for n in range(1, LINES_MAX + 1))
    asked = tuple(line for line in lines if (line.parameter or line.text) and line != first)
    return Search(path, first, asked, said.get("match") == "any", said.get("cursor") or None)


def _line(parameter: str, operator: str, text: str) -> Line:
    known = operator_called(operator or "Is")
    return Line(parameter, operator if known is None else known.name, text)


async def run(
    search: Search, query: Callable[[QueryBody, Window], Awaitable[Found[T]]]
) -> tuple[Found[T] | None, tuple[FieldError, ...]]:
    """What a search finds, or everything that is wrong with it."""
    of_nothing = [number for number, line in enumerate(search.lines) if not line.parameter]
    if of_nothing:
        text = "Choose what the value is of."
        return None, tuple(
            FieldError(f"groups[{n}].conditions[0].parameter", "REQUIRED", text) for n in of_nothing
        )
    try:
        return await query(search.body, search.window), ()
    except BadQuery as bad:
        return None, bad.fields or (FieldError("", "INVALID", bad.message),)


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of the form, with what is wrong with it."""

    number: int
    line: Line
    problems: list[str]


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The form: its lines, one of them free, what it offers to choose from, and what is wrong with the whole."""

    search: Search
    lines: list[FormLine]
    parameters: list[str]
    operators: list[tuple[str, str]]
    problems: list[str]

    @property
    def is_asked(self) -> bool:
        """Whether the list is narrowed."""
        return bool(self.search.lines)


def search_form(search: Search, parameters: Iterable[str], errors: Sequence[FieldError]) -> SearchForm:
    """The form of a search over records that have these `parameters`; each of the `errors` stands at its line."""
    at: dict[int, list[str]] = {}
    for error in errors:
        place = _PLACE.match(error.field)
        at.setdefault(-1 if place is None else int(place[1]) + int(place[2]), []).append(error.message)
    free = () if len(search.lines) >= LINES_MAX else (Line() if search.lines else search.first,)
    lines = [
        FormLine(number, line, at.get(number - 1, []))
        for number, line in enumerate((*search.lines, *free), start=1)
    ]
    strange = (line.parameter for line in search.lines if line.parameter)
    names = {name.casefold(): name for name in (*strange, *parameters)}
    offered = [names[key] for key in sorted(names)]
    return SearchForm(search, lines, offered, _operators(search.lines), at.get(-1, []))


def _operators(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """The operators to choose from, each as it is sent and as it is read: those that a line has among them."""
    offered = [each.name for each in OPERATORS if each.name not in _TWICE]
    used = [line.operator for line in lines]
    return [(name, _worded(name)) for name in dict.fromkeys((*offered, *used))]


def _worded(operator: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", operator).lower()
