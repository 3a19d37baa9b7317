"""Templates that people edit, in a part of Jinja's language that always ends and reaches nothing.

A text may name values (`{{ person.name }}`), ask for them (`{% if %}`), go through a list (`{% for %}`, two deep at most) and use a few
filters. There are no calls, no arithmetic, no assignments, no macros and no imports, and all loops of a text together have so many steps: so what a
template can do is bounded, and no clock has to stop it. Jinja's own sandbox stands behind that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_context,
)  # fmt: skip
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from almoner.kernel.text import did_you_mean

SIZE_MAX = 20_000
"""Most letters of a template."""
TOLD_MAX = 200_000
"""Most letters of what one makes."""
DEEP_MAX = 2
"""Loops within each other."""
NODES_MAX = 2_000
NESTED_MAX = 60
"""Parts within each other: Python itself reads no more than some ninety."""
WORK_MAX = 500_000
"""Parts that the loops of one text may go over, each as often as it does: some tenths of a second. 2,000 rows of a statement take 40,000."""

FILTERS = (
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "default",
    "d",
    "length",
    "first",
    "last",
    "escape",
    "e",
)
TESTS = ("defined", "undefined", "none", "equalto", "eq", "ne", "lt", "gt", "le", "ge", "odd", "even")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.If,
    nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
)  # fmt: skip
_WORDS = {
    "Call": "calls", "Assign": "assignments", "AssignBlock": "assignments", "Macro": "macros", "CallBlock": "macros",
    "Include": "other templates", "Import": "other templates", "FromImport": "other templates", "Extends": "other templates",
    "Block": "blocks", "Concat": "joining by `~`",
}  # fmt: skip


_NESTED = "It is nested too deeply."
_WORK = " work"
"""Under this name, which no template can write, lie what is left to do and the filter that counts it."""


class _Fields(ImmutableSandboxedEnvironment):
    """What follows a dot is a value by this name, or nothing: never an attribute of what holds it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)


class _Work:
    """How many parts the loops of one text may still go over."""

    def __init__(self) -> None:
        self.left = WORK_MAX

    def take(self, parts: int) -> None:
        self.left -= parts
        if self.left < 0:
            raise TemplateRefused(
                1, "Its loops have too much to do: go through fewer lists, or write less in them."
            )


@pass_context
def _steps(context: Context, items: Any, parts: int, line: int) -> Iterator[Any]:
    """What a loop of so many parts goes through, step by step as long as there is work left."""
    if isinstance(items, Undefined):
        yield from items
    if not isinstance(items, list | tuple):
        raise TemplateRefused(line, "A loop goes through a list.")
    work = context[_WORK]
    for item in items:
        work.take(parts)
        yield item


class TemplateRefused(Exception):
    """A template that cannot be kept: what is wrong, on which line, and what to write instead."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line = line


def check_template(text: str, samples: list[Mapping[str, Any]], *, is_html: bool = False) -> None:
    """Raise `TemplateRefused` unless `text` makes something of each of `samples`."""
    if len(text) > SIZE_MAX:
        raise TemplateRefused(1, f"A template has at most {SIZE_MAX:,} letters; this one has {len(text):,}.")
    _tree(text, _environment(is_html))
    for values in samples:
        try:
            fill_template(text, values, is_html=is_html)
        except TemplateRefused:
            raise
        except UndefinedError as error:
            raise TemplateRefused(_line_of(error), _unknown(error, values)) from None
        except (TemplateError, TypeError, ValueError) as error:
            raise TemplateRefused(_line_of(error), f"It cannot be filled in: {error}") from None


def fill_template(text: str, values: Mapping[str, Any], *, is_html: bool = False) -> str:
    """The template with `values` in their places. Raises what Jinja raises, and `TemplateRefused` when it makes too much."""
    made: list[str] = []
    size = 0
    for part in _compiled(text, is_html).generate(**values, **{_WORK: _Work()}):
        size += len(part)
        if size > TOLD_MAX:
            raise TemplateRefused(1, f"It makes more than {TOLD_MAX:,} letters.")
        made.append(part)
    return "".join(made)


@lru_cache(512)
def _compiled(text: str, is_html: bool) -> Template:
    environment = _environment(is_html)
    tree = _tree(
        text, environment
    )  # checked again: it may have been stored by another way than through `check_template`
    for loop in list(tree.find_all(nodes.For)):
        cost = nodes.Const(sum(1 for part in loop.body for _node in _walk(part)) + 1)
        loop.iter = nodes.Filter(loop.iter, _WORK, [cost, nodes.Const(loop.lineno)], [], None, None)
    for node, _deep, _nested in _walk(tree):
        node.set_environment(environment)
    return environment.from_string(tree)


def _tree(text: str, environment: _Fields) -> nodes.Template:
    try:
        tree = environment.parse(text)
    except TemplateSyntaxError as error:
        raise TemplateRefused(
            error.lineno, f"{error.message} Write {{{{ name }}}}, or {{% if name %}}..{{% endif %}}."
        ) from None
    except RecursionError:
        raise TemplateRefused(1, _NESTED) from None
    for refused in _refusals(tree):
        raise refused
    return tree


@lru_cache(2)
def _environment(is_html: bool) -> _Fields:
    environment = _Fields(
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.filters[_WORK] = _steps
    environment.tests = {name: environment.tests[name] for name in TESTS}
    environment.globals.clear()
    return environment


def _refusals(tree: nodes.Template) -> Iterator[TemplateRefused]:
    seen = list(_walk(tree))
    if len(seen) > NODES_MAX:
        yield TemplateRefused(1, "It has too many parts.")
    for node, deep, nested in seen:
        if nested > NESTED_MAX:
            yield TemplateRefused(1, _NESTED)
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            yield TemplateRefused(
                node.lineno or 1, f"Templates have no {_WORDS.get(kind, 'such thing as ' + kind.lower())}."
            )
        if isinstance(node, nodes.For) and (deep > DEEP_MAX or node.recursive):
            yield TemplateRefused(
                node.lineno, f"Loops may stand in each other {DEEP_MAX} deep, and not call themselves."
            )
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            yield TemplateRefused(node.lineno, "Names do not begin with `_`.")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield TemplateRefused(
                node.lineno, f"There is no filter `{node.name}`; there are {', '.join(FILTERS)}."
            )


def _walk(top: nodes.Node) -> Iterator[tuple[nodes.Node, int, int]]:
    """Every part, with how many loops it stands in (itself with them) and how many parts."""
    waiting = [(top, 0, 0)]
    while waiting:
        node, deep, nested = waiting.pop()
        deep += isinstance(node, nodes.For)
        yield node, deep, nested
        waiting += [(child, deep, nested + 1) for child in node.iter_child_nodes()]


def _line_of(error: BaseException) -> int:
    """The line of the template that was at work; Jinja names it in the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _unknown(error: UndefinedError, values: Mapping[str, Any]) -> str:
    words = str(error.message).split("'")
    named = words[-2] if len(words) > 2 else ""
    known = [*values, *(key for value in values.values() if isinstance(value, Mapping) for key in value)]
    return f"There is nothing called `{named}` here.{did_you_mean(named, known)}"
