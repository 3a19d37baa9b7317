"""How a feature declares an operation: one decorator with address, scope and flags."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from almoner.kernel.errors import AlmonerError
from almoner.platform.http.judging import Judge
from almoner.platform.organizations.permissions import granting, permission_of
from almoner.platform.wire import wire_name

Handler: TypeAlias = Callable[..., Awaitable[Any]]

_PARAMETER = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: what it answers to, who may call it, and the handler that does it."""

    method: str
    path: str
    """With `{name:int}` or `{name:str}` for each path parameter."""
    scope: str | None
    """What a token must grant (`note:read`; `note:write` is told apart by the method); None: the route is open to everybody."""
    handler: Handler
    extension: bool = False
    """The imitated product does not have it."""
    once: bool = False
    """Honours `Idempotency-Key`: the edge sees to it."""
    keyed: bool = False
    """Honours it too, and sees to that itself."""
    reads: bool = False
    """Changes nothing, whatever its method."""
    documented: bool = True
    response_headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that an answer may have, each with what it tells."""
    sorts: Mapping[str, str] = field(default_factory=dict)
    """Of a list: the lower-case names that a caller may sort by, each with what is behind it."""
    raises: tuple[type[AlmonerError], ...] = ()
    """Failures of its own, beside those that each operation of its kind has."""
    judge: Judge | None = None
    """What finds everything else that is broken in a body that is refused."""
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of a form that it takes in the place of a JSON body, each with what it means; those marked `*` must be there."""
    media_type: str | None = None
    """What the reply is that the handler makes itself, where it is no JSON: `application/pdf`."""
    answers: Mapping[int, Any] = field(default_factory=dict)
    """By status, the shapes of a reply that the handler makes itself."""
    permission: str | None = field(init=False, default=None)
    """What `scope` asks for of who calls it so: `note:create`."""
    granted_by: frozenset[str] = field(init=False, default=frozenset())
    """Every scope that grants it."""

    def __post_init__(self) -> None:
        """Tell the permission; refuse a scope of another form."""
        if self.scope is None:
            return
        try:
            permission = permission_of(self.scope, self.method)
        except ValueError as error:
            raise ValueError(f"{self}: {error}") from None
        object.__setattr__(self, "permission", permission)
        object.__setattr__(self, "granted_by", granting(permission))

    def __str__(self) -> str:
        """As an error at the start names it."""
        return f"route {self.method} {self.path} ({self.name})"

    @property
    def name(self) -> str:
        """What the document calls the operation."""
        return getattr(self.handler, "__name__", repr(self.handler))

    @property
    def template(self) -> str:
        """The path as the documents write it: `/api/Note/{noteId}`."""
        return _PARAMETER.sub(lambda found: f"{{{wire_name(found[1])}}}", self.path)

    @property
    def honours_key(self) -> bool:
        """Whether a repeat under the same `Idempotency-Key` does nothing more."""
        return self.once or self.keyed

    @property
    def group(self) -> str:
        """The resource it is about: the part of the path that follows `/api` (`Note`)."""
        return self.path.removeprefix("/api").strip("/").partition("/")[0]

    @property
    def summary(self) -> str:
        """What it does: the first line of the handler's docstring, without the stop."""
        return inspect.cleandoc(self.handler.__doc__ or self.name).partition("\n")[0].rstrip(".")

    @property
    def path_kinds(self) -> dict[str, str]:
        """What each path parameter is said to be, in order: `{"note_id": "int"}`."""
        return dict(_PARAMETER.findall(self.path))


Declare: TypeAlias = Callable[[Handler], Route]


Raises: TypeAlias = tuple[type[AlmonerError], ...]


def get(
    path: str,
    scope: str | None,
    *,
    extension: bool = False,
    documented: bool = True,
    sorts: Mapping[str, str] | None = None,
    raises: Raises = (),
    media_type: str | None = None,
) -> Declare:
    """Declare a read. It answers HEAD too. A list, which takes a `PageQuery`, says in `sorts` by what it sorts; what answers with a file of
    its own says its `media_type`.
    """
    return _declare(
        "GET",
        path,
        scope,
        extension=extension,
        documented=documented,
        sorts=sorts or {},
        raises=raises,
        media_type=media_type,
    )


def post(
    path: str,
    scope: str | None,
    *,
    extension: bool = False,
    once: bool = True,
    keyed: bool = False,
    response_headers: Mapping[str, str] | None = None,
    raises: Raises = (),
    judge: Judge | None = None,
) -> Declare:
    """Declare a create or an action. Repeated under its `Idempotency-Key` it answers as the first time, unless `once` is false; then it
    may see to that itself (`keyed`).
    """
    return _declare(
        "POST",
        path,
        scope,
        extension=extension,
        once=once,
        keyed=keyed,
        response_headers=response_headers or {},
        raises=raises,
        judge=judge,
    )


def ask(
    path: str, scope: str | None, *, response_headers: Mapping[str, str], raises: Raises, judge: Judge
) -> Declare:
    """Declare a read that comes as POST, for what it asks stands in a body. It changes nothing, so it honours no `Idempotency-Key`."""
    return _declare(
        "POST", path, scope, reads=True, response_headers=response_headers, raises=raises, judge=judge
    )


def form(path: str, *, fields: Mapping[str, str], answers: Mapping[int, Any], raises: Raises) -> Declare:
    """Declare an action that is open to everybody and takes a form (`fields`); its handler makes the reply, one of `answers`."""
    return _declare("POST", path, None, form=fields, answers=answers, raises=raises)


def notice(path: str) -> Declare:
    """Declare where another system says what happened. It is open: the handler sees for itself who speaks. The document leaves it out, for nobody
    else calls it.
    """
    return _declare("POST", path, None, extension=True, documented=False)


def put(
    path: str,
    scope: str | None,
    *,
    extension: bool = False,
    once: bool = True,
    keyed: bool = False,
    response_headers: Mapping[str, str] | None = None,
    raises: Raises = (),
    judge: Judge | None = None,
) -> Declare:
    """Declare a replacement or a switch; it honours `Idempotency-Key` as `post` does."""
    return _declare(
        "PUT",
        path,
        scope,
        extension=extension,
        once=once,
        keyed=keyed,
        response_headers=response_headers or {},
        raises=raises,
        judge=judge,
    )


def patch(
    path: str,
    scope: str | None,
    *,
    extension: bool = False,
    once: bool = True,
    raises: Raises = (),
    judge: Judge | None = None,
) -> Declare:
    """Declare a change of what is sent; it honours `Idempotency-Key` as `post` does."""
    return _declare("PATCH", path, scope, extension=extension, once=once, raises=raises, judge=judge)


def delete(path: str, scope: str | None, *, extension: bool = False, raises: Raises = ()) -> Declare:
    """Declare a removal. It has no body and answers with the product's own status.

    It needs no `Idempotency-Key`: what is gone stays gone, and a repeat is told that there is nothing by that id.
    """
    return _declare("DELETE", path, scope, extension=extension, raises=raises)


def routes_in(module: str) -> list[Route]:
    """The operations that a module (`__name__`) has declared up to here, in their order; those it imported are not its own."""
    named = vars(sys.modules[module]).values()
    return [route for route in named if isinstance(route, Route) and route.handler.__module__ == module]


def _declare(method: str, path: str, scope: str | None, **more: Any) -> Declare:
    def declare(handler: Handler) -> Route:
        return Route(method=method, path=path, scope=scope, handler=handler, **more)

    return declare
