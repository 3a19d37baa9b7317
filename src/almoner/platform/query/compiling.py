"""Conditions as SQL: columns that catalogs name, values as arguments. Pure.

What an `is_not` operator asks is everything of which the operator without "not" does not hold, records without a value among them.
Texts compare without case, as in the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from almoner.platform.query.amounts import DIGITS_MAX, comparable
from almoner.platform.query.conditions import Condition, Group
from almoner.platform.query.days import Span
from almoner.platform.query.operators import Does
from almoner.platform.query.parameters import Kind, Parameter, Through
from almoner.platform.query.values import Moments

_TYPES = {Kind.INT: "bigint", Kind.DECIMAL: "numeric", Kind.MONEY: "numeric", Kind.TRUTH: "boolean",
          Kind.CHOICE: "smallint"}  # fmt: skip
_SIGNS = {Does.LESS: "<", Does.AT_MOST: "<=", Does.GREATER: ">", Does.AT_LEAST: ">="}


@dataclass(slots=True)
class Sql:
    """A piece of SQL in the making; `$1` is always the organization."""

    args: list[Any] = field(default_factory=list)

    def arg(self, value: Any, type_: str) -> str:
        """The place of a value."""
        self.args.append(value)
        return f"${len(self.args) + 1}::{type_}"


def compiled(groups: Sequence[Group], sql: Sql) -> str:
    """A condition that holds for the records wanted; `true` without groups. Another table is looked into as seldom as can be."""
    if not groups:
        return "true"
    parts: list[str] = []
    alone: dict[Through, list[str]] = {}
    for group in groups:
        first, *others = looks = _looks(group, sql)
        if not others and first.through is not None and not first.is_not:
            alone.setdefault(first.through, []).append(first.text)
        else:
            parts.append(" AND ".join(look.sql for look in looks))
    parts += [_Look(through, is_not=False, text=_any(texts)).sql for through, texts in alone.items()]
    return parts[0] if len(parts) == 1 else _any(parts)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is asked of the record, or of a row that a `Through` leads to."""

    through: Through | None
    is_not: bool
    text: str

    @property
    def sql(self) -> str:
        text = self.text if self.through is None else self.through.sql.replace("{condition}", self.text)
        return f"({text}) IS NOT TRUE" if self.is_not else f"({text})"


def _looks(group: Group, sql: Sql) -> list[_Look]:
    """What a group asks. That none of the rows is so and none so is one look at any table; that one is so and so, where there is but one row."""
    looks: list[_Look] = []
    together: dict[tuple[Through, bool], list[str]] = {}
    for condition in group:
        text, through, is_not = holds(condition, sql), condition.parameter.through, condition.operator.is_not
        if through is not None and (is_not or through.is_one):
            together.setdefault((through, is_not), []).append(text)
        else:
            looks.append(_Look(through, is_not, text))
    for (through, is_not), texts in together.items():
        text = _any(texts) if is_not else " AND ".join(f"({text})" for text in texts)
        looks.append(_Look(through, is_not, text))
    return looks


def _any(texts: Sequence[str]) -> str:
    return "(" + " OR ".join(f"({text})" for text in texts) + ")"


def holds(condition: Condition, sql: Sql) -> str:
    """Where a condition holds of its parameter's column, in whatever table that is; its `is_not` aside."""
    parameter = condition.parameter
    return _HOLDS.get(parameter.kind, _text_holds)(condition, _column(parameter), sql)


def _column(parameter: Parameter) -> str:
    """The column; of money what amounts compare by, whatever the currency."""
    return comparable(parameter.sql, parameter.currency) if parameter.kind is Kind.MONEY else parameter.sql


def _known(parameter: Parameter) -> str:
    text = _HOLDS.get(parameter.kind) is None
    return f"{parameter.sql} <> ''" if text else f"{parameter.sql} IS NOT NULL"


def _text_holds(condition: Condition, column: str, sql: Sql) -> str:
    does = condition.operator.does
    if does is Does.KNOWN:
        return _known(condition.parameter)
    if does is Does.EQUALS:
        if len(condition.operands) == 1:
            word = f"lower({sql.arg(condition.operands[0], 'text')})"
            found_by = condition.parameter.found_by
            also = "" if found_by is None else f" AND {found_by.replace('{value}', word)}"
            return f"lower({column}) = {word}{also}"
        words = sql.arg(list(condition.operands), "text[]")
        lowered = f"SELECT lower(w) FROM unnest({words}) AS w"  # noqa: S608 - from code and places of arguments
        return f"lower({column}) = ANY ({lowered})"
    likes = (_pattern(str(operand), does) for operand in condition.operands)
    return " OR ".join(f"lower({column}) LIKE lower({sql.arg(like, 'text')})" for like in likes)


def _pattern(text: str, does: Does) -> str:
    """A pattern of LIKE. `Matches` knows `*` for any text and `?` for one character, and is of the whole text."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if does is Does.MATCHES:
        return plain.replace("*", "%").replace("?", "_")
    before = "%" if does in (Does.CONTAINS, Does.ENDS) else ""
    after = "%" if does in (Does.CONTAINS, Does.STARTS) else ""
    return f"{before}{plain}{after}"


def _number_holds(condition: Condition, column: str, sql: Sql) -> str:
    does, kind = condition.operator.does, condition.parameter.kind
    if does is Does.KNOWN:
        return _known(condition.parameter)
    type_ = _TYPES[kind]
    operands: list[Any] = list(condition.operands)
    if kind is Kind.MONEY:
        operands = [operand * 10**DIGITS_MAX for operand in operands]
    if does is Does.EQUALS:
        if len(operands) == 1:
            return f"{column} = {sql.arg(operands[0], type_)}"
        return f"{column} = ANY ({sql.arg(operands, f'{type_}[]')})"
    if does is Does.BETWEEN:
        first, last = (sql.arg(operand, type_) for operand in operands)
        return f"{column} BETWEEN {first} AND {last}"
    return f"{column} {_SIGNS[does]} {sql.arg(operands[0], type_)}"


def _truth_holds(condition: Condition, column: str, sql: Sql) -> str:
    if condition.operator.does is Does.TRUE:
        return column
    return _number_holds(condition, column, sql)


def _day_holds(condition: Condition, column: str, sql: Sql) -> str:
    does = condition.operator.does
    if does is Does.KNOWN:
        return _known(condition.parameter)
    spans = [operand for operand in condition.operands if isinstance(operand, Span)]
    if does is Does.EQUALS:
        return " OR ".join(_within(column, span.first, span.last, sql) for span in spans)
    if does is Does.BETWEEN:
        return _within(column, spans[0].first, spans[1].last, sql)
    day = spans[0].first if does in (Does.LESS, Does.AT_LEAST) else spans[0].last
    return f"{column} {_SIGNS[does]} {sql.arg(day, 'date')}"


def _within(column: str, first: Any, last: Any, sql: Sql) -> str:
    if first == last:
        return f"{column} = {sql.arg(first, 'date')}"
    return f"{column} BETWEEN {sql.arg(first, 'date')} AND {sql.arg(last, 'date')}"


def _instant_holds(condition: Condition, column: str, sql: Sql) -> str:
    does = condition.operator.does
    if does is Does.KNOWN:
        return _known(condition.parameter)
    spans = [operand for operand in condition.operands if isinstance(operand, Moments)]
    if does is Does.EQUALS:
        return " OR ".join(_from_before(column, span.first, span.end, sql) for span in spans)
    if does is Does.BETWEEN:
        return _from_before(column, spans[0].first, spans[1].end, sql)
    first, end = spans[0].first, spans[0].end
    sign, instant = {
        Does.LESS: ("<", first),
        Does.AT_MOST: ("<", end),
        Does.GREATER: (">=", end),
        Does.AT_LEAST: (">=", first),
    }[does]
    return f"{column} {sign} {sql.arg(instant, 'timestamptz')}"


def _from_before(column: str, first: Any, end: Any, sql: Sql) -> str:
    return f"({column} >= {sql.arg(first, 'timestamptz')} AND {column} < {sql.arg(end, 'timestamptz')})"


def _object_holds(_condition: Condition, column: str, _sql: Sql) -> str:
    return f"{column} IS NOT NULL"


_HOLDS = {
    Kind.INT: _number_holds,
    Kind.DECIMAL: _number_holds,
    Kind.MONEY: _number_holds,
    Kind.TRUTH: _truth_holds,
    Kind.CHOICE: _number_holds,
    Kind.DAY: _day_holds,
    Kind.INSTANT: _instant_holds,
    Kind.OBJECT: _object_holds,
}
