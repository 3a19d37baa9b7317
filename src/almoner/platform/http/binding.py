"""Handlers as features write them, bound to the request: caller, transaction, `once` and services by name.

Litestar's own injection is not used for these, for reasons measured in docs/decisions/0006-http-edge.md: it costs
more than the rest of the edge together, and it leaves a transaction open when a later dependency fails.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, KwargDefinition, ParameterKwarg, PathParameter, QueryParameter

from almoner.kernel.ids import ID_MAX
from almoner.platform.database import Database, Snapshot
from almoner.platform.http.auth import caller_of, declared_scope
from almoner.platform.http.idempotency import Once
from almoner.platform.http.pages import PageParameters
from almoner.platform.http.tolerance import ENCODED_SLASH

_PER_REQUEST = ("caller", "tx", "once")
_PATH_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_PATH_TEXT = re.compile(r"\{(\w+):str\}")


def bind(
    handler: HTTPRouteHandler,
    db: Database,
    services: Mapping[str, object],
    pages: PageParameters,
    delete_status: int,
) -> HTTPRouteHandler:
    """`handler` with its `caller`, `tx`, `once`, `page` and services filled in; the rest stays for Litestar.

    Creates answer 200, not Litestar's 201, and deletes `delete_status`.
    `tx` commits after the handler returned and before the response is sent, and rolls back when it raises.
    Raises `ValueError` when the route declares no scope, or needs a caller and is open.
    """
    function = handler.fn
    if not inspect.iscoroutinefunction(function):
        raise ValueError(f"route {handler} must be an async function")
    names = set(inspect.signature(function).parameters)
    if declared_scope(handler) is None and names.intersection(_PER_REQUEST):
        raise ValueError(f"route {handler} is open: it has no caller and no transaction")
    fixed = {name: value for name, value in services.items() if name in names}
    # Deep, since handlers keep what they worked out for one app in a dictionary that a shallow copy would share.
    bound = deepcopy(handler)
    bound.status_code = {201: 200, 204: delete_status}.get(handler.status_code, handler.status_code)
    texts = _path_names(handler, _PATH_TEXT)
    call = pages.bound(_bound(function, names, fixed, texts, db), names)
    return bound(_described(call, function, _path_names(handler, _PATH_PARAMETER), fixed, pages))


def _bound(
    function: Callable[..., Awaitable[Any]],
    names: set[str],
    fixed: dict[str, object],
    texts: set[str],
    db: Database,
) -> Callable[..., Awaitable[Any]]:
    snapshot = get_type_hints(function).get("tx") is Snapshot
    wants_request, wants_caller, wants_once = "request" in names, "caller" in names, "once" in names

    async def call(request: Request[Any, Any, Any], **given: Any) -> Any:
        given.update(fixed)
        for name in texts & given.keys():
            given[name] = given[name].replace(ENCODED_SLASH, "/")
        if wants_request:
            given["request"] = request
        if wants_caller:
            given["caller"] = caller_of(request)
        return await function(**given)

    async def call_in_transaction(request: Request[Any, Any, Any], **given: Any) -> Any:
        async with db.tenant(caller_of(request).organization_id, snapshot=snapshot) as tx:
            given["tx"] = tx
            if wants_once:
                given["once"] = Once(tx, request)
            return await call(request, **given)

    return call_in_transaction if names.intersection(("tx", "once")) else call


def _described(
    call: Callable[..., Awaitable[Any]],
    function: Callable[..., Any],
    path: set[str],
    fixed: Mapping[str, object],
    pages: PageParameters,
) -> Callable[..., Awaitable[Any]]:
    """`call` under the name and the signature that Litestar is to see: with markers, without what we fill in."""
    hints = get_type_hints(function, include_extras=True)
    shown = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])]
    for name, parameter in inspect.signature(function).parameters.items():
        if name in _PER_REQUEST or name in fixed or name == "request":
            continue
        if name == "page":
            shown.extend(pages.shown())
            continue
        marked = _marked(name, hints[name], path)
        shown.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=marked))
    call.__name__, call.__qualname__ = function.__name__, function.__qualname__
    call.__module__, call.__doc__ = function.__module__, function.__doc__
    result = hints.get("return", Any)
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in shown} | {"return": result}
    call.__signature__ = inspect.Signature(shown, return_annotation=result)  # type: ignore[attr-defined]
    return call


def _marked(name: str, hint: Any, path: set[str]) -> Any:
    """`hint` with Litestar's marker of where the value comes from; integers are bounded to what a bigint holds."""
    bare, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    marker = next((extra for extra in extras if isinstance(extra, KwargDefinition)), None)
    if marker is None:
        marker = _default_marker(name, path)
    else:
        extras.remove(marker)
    if bare in (int, int | None) and isinstance(marker, ParameterKwarg):
        low = 0 if isinstance(marker, PathParameter) else -ID_MAX
        marker = replace(
            marker, ge=low if marker.ge is None else marker.ge, le=ID_MAX if marker.le is None else marker.le
        )
    return Annotated[(bare, marker, *extras)]


def _default_marker(name: str, path: set[str]) -> KwargDefinition:
    if name == "data":
        return BodyKwarg(media_type=RequestEncodingType.JSON)
    return PathParameter() if name in path else QueryParameter()


def _path_names(handler: HTTPRouteHandler, pattern: re.Pattern[str]) -> set[str]:
    return {name for path in handler.paths for name in pattern.findall(path)}
