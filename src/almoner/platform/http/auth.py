"""Who calls, and whether the token grants what the route declares."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypedDict, cast

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from almoner.kernel.errors import Forbidden, Unauthenticated

# RFC 6750's alphabet; one blank exactly, no quotes. Longer than any token we issue is not a token.
_BEARER = re.compile(rb"bearer ([A-Za-z0-9\-._~+/]{1,512}=*)", re.IGNORECASE)
_CALLER = "almoner.caller"


class Caller(Protocol):
    """What the edge needs to know of an authenticated caller."""

    @property
    def organization_id(self) -> int:
        """The tenant the token belongs to."""
        ...

    @property
    def product(self) -> str:
        """The product the token was issued for."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """What it grants: `gift:read`, `gift:*`, `*`."""
        ...


Authenticate = Callable[[Any, str, str], Awaitable[Caller]]
"""`authenticate(db, token, product)`: the caller a token stands for, or `Unauthenticated`."""


class RouteOptions(TypedDict):
    """The `opt` of every route."""

    scope: str | None
    extension: bool
    express: bool


def scope(name: str | None, *, extension: bool = False, express: bool = False) -> RouteOptions:
    """What a token must grant to call the route (`gift:read`), or None for an open route.

    `extension` marks an operation that the imitated product does not have; `express` a hot route (express.py).
    """
    if name is not None and not re.fullmatch(r"[a-z][a-z-]*:[a-z][a-z-]*", name):
        raise ValueError(f"scope {name!r} is not of the form 'gift:read'")
    return {"scope": name, "extension": extension, "express": express}


def granted(scopes: frozenset[str], wanted: str) -> bool:
    """Whether `scopes` hold `wanted`, itself or through `gift:*` or `*`."""
    return wanted in scopes or "*" in scopes or f"{wanted.partition(':')[0]}:*" in scopes


def bearer_token(headers: Any) -> str:
    """The token of the one `Authorization: Bearer x` header; `Unauthenticated` on anything else."""
    found = [value for name, value in headers if name == b"authorization"]
    match = _BEARER.fullmatch(found[0]) if len(found) == 1 else None
    if match is None:
        raise Unauthenticated(
            "Send one header 'Authorization: Bearer <token>', with a single blank and no quotes."
        )
    return match[1].decode("ascii")


def check_token(
    db: object, authenticate: Authenticate, product: str
) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """The hook that runs before each handler of `product`: it finds the caller and checks the route's scope.

    A hook and not a Litestar guard, because a guard is handed a copy of the handler on each request.
    """

    async def check(request: Request[Any, Any, Any]) -> None:
        wanted = request.scope["route_handler"].opt.get("scope")
        if wanted is None:
            return
        caller = await authenticate(db, bearer_token(request.scope["headers"]), product)
        if not granted(caller.scopes, wanted):
            raise Forbidden(f"The token lacks the scope '{wanted}'.")
        set_caller(request, caller)

    return check


def set_caller(request: Request[Any, Any, Any], caller: Caller) -> None:
    """Let the rest of this request speak for `caller`; only for hooks that have authenticated it."""
    request.scope[_CALLER] = caller  # type: ignore[literal-required]


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """The caller that authentication found."""
    return cast("Caller", request.scope[_CALLER])  # type: ignore[literal-required]


def declared_scope(handler: HTTPRouteHandler) -> str | None:
    """The scope a route declares; `ValueError` when it declares none, not even None."""
    if "scope" not in handler.opt:
        raise ValueError(f"route {handler} declares no scope: add opt=scope('...') or opt=scope(None)")
    return cast("str | None", handler.opt["scope"])
