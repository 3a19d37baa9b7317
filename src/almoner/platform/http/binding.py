"""What each parameter of a handler is: a service, something of the request, the body, or a value of the caller's.

Told by type, never by name, so that a word spelt wrong cannot become a public parameter: what is of no known type
and was not handed in stops the start.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from almoner.platform.database import Snapshot, Tx
from almoner.platform.http.declared import hints_of, parameters_of
from almoner.platform.http.pages import PageQuery
from almoner.platform.http.parameters import (
    REQUIRED,
    Parameter,
    parameter_shape,
    parameter_words,
)
from almoner.platform.http.requests import Request
from almoner.platform.http.route import Route
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import Body, OptionalBody, ParameterGroup, View, wire_name

Services = Mapping[Any, object]
"""What handlers may ask for, by the type they ask by, which may be a Protocol (`Clock`)."""

_OF_THE_REQUEST = (Tx, Snapshot, Caller, Request, PageQuery)
_NEEDS_CALLER = (Tx, Snapshot, Caller)


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything one handler asks for, by its parameters' names."""

    services: Mapping[str, object]
    of_the_request: Mapping[str, type]
    """Parameters of the types Tx or Snapshot, Caller, Request and PageQuery."""
    path: tuple[Parameter, ...]
    """In the order of the path."""
    query: tuple[Parameter, ...]
    groups: Mapping[str, tuple[Callable[..., ParameterGroup], tuple[str, ...]]]
    """Parameters of the handler that gather several of the query's: what makes one, and their names."""
    body: tuple[str, Any] | None
    """The parameter of the body, and its shape: a Body, or a list of them."""
    result: Any
    """The type of what the handler returns, as it is annotated."""

    @property
    def shared(self) -> frozenset[str]:
        """Parameters that are there whatever the query says: those of the path, the caller and the body."""
        names = {parameter.name for parameter in self.path} | {self.name_of(Caller) or ""}
        return frozenset(names | ({self.body[0]} if self.body else set()))

    def name_of(self, wanted: type) -> str | None:
        """The parameter of this type, if there is one."""
        return next((name for name, type_ in self.of_the_request.items() if type_ is wanted), None)


def needs_of(route: Route, services: Services) -> Needs:
    """What the handler of `route` asks for; `ValueError` names route and parameter when that cannot be had."""
    if not inspect.iscoroutinefunction(route.handler):
        raise ValueError(f"{route} must be an async function")
    needs = _sorted_out(route, services)
    if taken := route.path_kinds.keys() - {parameter.name for parameter in needs.path}:
        raise ValueError(f"{route}: its handler does not take {sorted(taken)} of the path")
    if needs.body is not None and route.method in ("GET", "DELETE"):
        raise ValueError(f"{route}: a {route.method} has no body, yet '{needs.body[0]}' wants one")
    wants_caller = route.once or any(type_ in _NEEDS_CALLER for type_ in needs.of_the_request.values())
    if route.scope is None and wants_caller:
        raise ValueError(f"{route} is open: it has no caller and no transaction")
    result = _undescribed(needs.result)
    if route.once and not _can_be_kept(result):
        raise ValueError(f"{route}: what is answered once must be a View, a list of them or a text")
    return needs


def _can_be_kept(result: Any) -> bool:
    """Whether an answer can be stored under its key and read again."""
    kind = get_args(result)[0] if get_origin(result) is list else result
    return isinstance(kind, type) and issubclass(kind, (View, str))


def _sorted_out(route: Route, services: Services) -> Needs:
    hints = hints_of(route.handler, include_extras=True)
    fixed: dict[str, object] = {}
    of_the_request: dict[str, type] = {}
    values: dict[str, Parameter] = {}
    groups: dict[str, tuple[Callable[..., ParameterGroup], tuple[str, ...]]] = {}
    bodies: list[tuple[str, Any]] = []
    for name, declared in parameters_of(route.handler).items():
        hint = hints.get(name)
        if hint in _OF_THE_REQUEST:
            of_the_request[name] = hint
        elif hint in services:
            fixed[name] = services[hint]
        elif body_item(hint) is not None and not bodies:
            bodies.append((name, hint))
        elif isinstance(hint, type) and issubclass(hint, ParameterGroup):
            values |= (grouped := _grouped(route, hint))
            groups[name] = (hint, tuple(grouped))
        else:
            values[name] = _parameter(route, name, hint, declared.default)
    path = tuple(values.pop(name) for name in route.path_kinds if name in values)
    body = bodies[0] if bodies else None
    return Needs(fixed, of_the_request, path, tuple(values.values()), groups, body, hints.get("return"))


def body_item(hint: Any) -> type[Body] | None:
    """The Body that a parameter annotated `hint` holds, itself or as a list; None when it holds none."""
    plain = _undescribed(hint)
    item = get_args(plain)[0] if get_origin(plain) is list else plain
    return item if isinstance(item, type) and issubclass(item, Body) else None


def may_be_left_out(hint: Any) -> bool:
    """Whether a body that is annotated `hint` may be empty."""
    return isinstance(hint, type) and issubclass(hint, OptionalBody)


def _undescribed(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _grouped(route: Route, group: type[ParameterGroup]) -> dict[str, Parameter]:
    hints = hints_of(group, include_extras=True)
    declared = parameters_of(group)
    return {name: _parameter(route, name, hints[name], declared[name].default) for name in declared}


def _parameter(route: Route, name: str, hint: Any, default: Any) -> Parameter:
    """A value of the caller's, under its camelCase name."""
    shape = parameter_shape(hint)
    if shape is None:
        raise ValueError(
            f"{route}: parameter '{name}' is of type {getattr(hint, '__name__', hint)}, which is no service "
            "handed in, nothing of the request, and nothing a caller can write into path or query"
        )
    kind = route.path_kinds.get(name)
    if kind is None:
        return Parameter(name, wire_name(name), shape, default, parameter_words(name, hint))
    if kind not in ("int", "str") or (kind == "int") is not (hint is int):
        raise ValueError(f"{route}: parameter '{name}' is '{kind}' in the path and {hint} in the handler")
    return Parameter(name, wire_name(name), shape, REQUIRED, parameter_words(name, hint))
