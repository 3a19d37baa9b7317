"""Read what a caller asks against a catalog: every unknown parameter, operator and value named at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from almoner.kernel.errors import BadRequest, FieldError
from almoner.kernel.text import nearest_ones
from almoner.platform.query.operators import (
    COMPARISONS,
    WITHOUT_VALUE,
    Does,
    Operator,
    operator_called,
    unknown_operator,
)
from almoner.platform.query.parameters import Catalog, Parameter
from almoner.platform.query.requests import ConditionBody, GroupBody
from almoner.platform.query.values import Operand, Where, read_value

GROUPS_MAX = 2_000
CONDITIONS_MAX = 2_000
VALUES_MAX = 10_000
ERRORS_MAX = 100
COLUMNS_MAX = 200
"""Groups of a query, conditions of all its groups, values of all its conditions, what is told of what is wrong, and columns."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parameter, what is asked of it, and the values: any of them will do, but for the two of `Between`."""

    parameter: Parameter
    operator: Operator
    operands: tuple[Operand, ...] = ()
    at: str = ""
    """Where it stands in the body."""


Group = tuple[Condition, ...]


class BadQuery(BadRequest):
    """A query names a parameter, operator or value that there is not; each is named with what can be."""

    title = "The query is not valid."


def read_groups(
    groups: Sequence[GroupBody] | None, catalog: Catalog, more: Mapping[str, Parameter], where: Where
) -> list[Group]:
    """The groups of a query, each once, with each condition once; `BadQuery` names everything that is wrong, up to `ERRORS_MAX`.

    Groups of nothing hold always: then none is left. What is more than the maxima is refused before any of it is read.
    """
    given = groups or ()
    _refuse_too_much(given)
    reader = _Reader(catalog, more, where, [])
    found = [reader.group(f"groups[{index}]", group) for index, group in enumerate(given)]
    if reader.errors:
        raise BadQuery("The query is not valid.", fields=tuple(reader.errors[:ERRORS_MAX]))
    return [] if any(not group for group in found) else _merged(_each_once(found))


def read_columns(selected: Sequence[str] | None, catalog: Catalog) -> list[str]:
    """The columns that are selected, as the catalog spells them; `BadQuery` names those that there are not."""
    if selected and len(selected) > COLUMNS_MAX:
        text = f"A query selects at most {COLUMNS_MAX} columns."
        raise BadQuery(text, fields=(FieldError("selectedColumns", "TOO_MANY", text),))
    found = [(written, catalog.column(written or "")) for written in selected or ()]
    errors = [
        FieldError(f"selectedColumns[{index}]", "UNKNOWN", _unknown_column(str(written), catalog))
        for index, (written, name) in enumerate(found)
        if name is None
    ]
    if errors:
        raise BadQuery("The query is not valid.", fields=tuple(errors[:ERRORS_MAX]))
    return [name for _, name in found if name is not None]


def _unknown_column(written: str, catalog: Catalog) -> str:
    near = nearest_ones(written, catalog.columns)
    meant = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    return (
        f"A {catalog.noun} has no column '{written[:60]}'.{meant} What can be: {', '.join(catalog.columns)}."
    )


def _refuse_too_much(groups: Sequence[GroupBody]) -> None:
    if len(groups) > GROUPS_MAX:
        raise BadQuery(f"A query has at most {GROUPS_MAX} groups.")
    conditions = [condition for group in groups for condition in group.conditions]
    if len(conditions) > CONDITIONS_MAX:
        raise BadQuery(f"A query has at most {CONDITIONS_MAX} conditions.")
    if sum(len(condition.values or ()) for condition in conditions) > VALUES_MAX:
        raise BadQuery(f"A query compares with at most {VALUES_MAX} values.")


class _Misfit(Exception):
    """One thing that is wrong with a condition."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.error = FieldError(field, code, message)


@dataclass(slots=True)
class _Reader:
    catalog: Catalog
    more: Mapping[str, Parameter]
    where: Where
    errors: list[FieldError]

    def group(self, path: str, group: GroupBody) -> Group:
        """The conditions of a group; those that are wrong are left out, and told."""
        read: list[Condition] = []
        for index, condition in enumerate(group.conditions):
            if len(self.errors) >= ERRORS_MAX:
                break
            try:
                read.append(self._condition(f"{path}.conditions[{index}]", condition))
            except _Misfit as misfit:
                self.errors.append(misfit.error)
        return tuple(read)

    def _condition(self, path: str, body: ConditionBody) -> Condition:
        for name in ("parameter", "operator"):
            if getattr(body, name) is None:  # a judge sees what could not be read
                raise _Misfit(f"{path}.{name}", "REQUIRED", f"A condition needs its {name}.")
        parameter = self.catalog.called(body.parameter, self.more)
        if parameter is None:
            near = self.catalog.near_to(body.parameter, self.more)
            meant = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
            what = f"A {self.catalog.noun} has no parameter '{body.parameter[:60]}'."
            raise _Misfit(f"{path}.parameter", "UNKNOWN", f"{what}{meant} QueryOptions lists them all.")
        operator = operator_called(body.operator)
        if operator is None or not parameter.can(operator):
            text = f"{parameter.name}: {unknown_operator(body.operator, parameter.takes)}"
            raise _Misfit(f"{path}.operator", "UNKNOWN", text)
        if operator.does in WITHOUT_VALUE:
            return Condition(parameter, operator)
        return Condition(parameter, operator, self._operands(path, body, parameter, operator), path)

    def _operands(
        self, path: str, body: ConditionBody, parameter: Parameter, operator: Operator
    ) -> tuple[Operand, ...]:
        given, what = list(_given(body, operator)), f"{parameter.name} {operator.name}"
        wanted = 2 if operator.does is Does.BETWEEN else 1
        if len(given) < wanted:
            name = "secondaryValue" if given else "value"
            raise _Misfit(f"{path}.{name}", "REQUIRED", f"{what} needs a value here.")
        if len(given) > wanted and operator.does in (Does.BETWEEN, *COMPARISONS):
            raise _Misfit(
                f"{path}.values", "TOO_MANY", f"{what} takes {'two values' if wanted == 2 else 'one value'}."
            )
        read = (self._value(f"{path}.{name}", value, parameter) for name, value in given)
        return tuple(operand for operands in read for operand in operands)

    def _value(self, path: str, value: Any, parameter: Parameter) -> tuple[Operand, ...]:
        try:
            return read_value(value, parameter, self.where)
        except ValueError as error:
            raise _Misfit(path, "INVALID", f"{parameter.name}: {error}") from None


def _given(body: ConditionBody, operator: Operator) -> Iterator[tuple[str, Any]]:
    """The values that were sent, by where they stand; blanks are none. `secondaryValue` beside an operator of one value is passed by."""
    listed = [(f"values[{index}]", value) for index, value in enumerate(body.values or ())]
    single = [("value", body.value)]
    if operator.does is Does.BETWEEN and not _blank(body.secondary_value):
        single.append(("secondaryValue", body.secondary_value))
    chosen = listed if _blank(body.value) else single if operator.does is Does.BETWEEN else [*single, *listed]
    return ((name, value) for name, value in chosen if not _blank(value))


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _each_once(groups: Sequence[Group]) -> list[Group]:
    """Groups without conditions that another of theirs repeats, and without groups that another repeats in any order."""
    found: dict[frozenset[object], Group] = {}
    for group in groups:
        folded: dict[object, Condition] = {}
        for each in group:
            folded.setdefault((each.parameter, each.operator, each.operands), each)
        found.setdefault(frozenset(folded), tuple(folded.values()))
    return list(found.values())


def _merged(groups: Sequence[Group]) -> list[Group]:
    """Groups of one condition that differ in its values alone as one group: some clients send one for each id."""
    merged: dict[object, Group] = {}
    for index, group in enumerate(groups):
        (only, *others) = group
        mergeable = not others and only.operator.does is Does.EQUALS and not only.operator.is_not
        key: object = (id(only.parameter), only.operator.does) if mergeable else index
        known = merged.get(key)
        if known is None or not mergeable:
            merged[key] = group
        else:
            operands = tuple(dict.fromkeys((*known[0].operands, *only.operands)))
            merged[key] = (replace(known[0], operands=operands),)
    return list(merged.values())
