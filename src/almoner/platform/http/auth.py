"""Who calls, and whether the token grants what the route declares."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from almoner.kernel.errors import Forbidden, Unauthenticated
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import Reply
from almoner.platform.http.route import Route
from almoner.platform.organizations.rules import Caller

# RFC 6750's alphabet; one blank exactly, no quotes. Longer than any token we issue is not a token.
_BEARER = re.compile(rb"bearer ([A-Za-z0-9\-._~+/]{1,512}=*)", re.IGNORECASE)

Authenticate: TypeAlias = Callable[[Any, str, str], Awaitable[Caller]]
"""`authenticate(db, token, product)`: the caller a token stands for, or `Unauthenticated`."""

Check: TypeAlias = Callable[[Request, Route], Awaitable[Reply | None]]
"""What runs before each handler: it sets the request's `caller`, or answers in the handler's place, or raises."""


Count: TypeAlias = Callable[[Request, int], Awaitable[None]]
"""What counts a request of an organization, and refuses it when there were too many."""


def granted(scopes: frozenset[str], wanted: str) -> bool:
    """Whether `scopes` hold `wanted`, itself or through `note:*` or `*`."""
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


def check_token(db: object, authenticate: Authenticate, product: str, count: Count | None = None) -> Check:
    """The hook before each handler of `product`: it finds the caller, counts the request and checks the route's scope."""

    async def check(request: Request, route: Route) -> None:
        if route.scope is None:
            return
        caller = await authenticate(db, bearer_token(request.scope["headers"]), product)
        if count is not None:
            await count(request, caller.organization_id)
        if not granted(caller.scopes, route.scope):
            raise Forbidden(f"The token lacks the scope '{route.scope}'.")
        request.caller = caller

    return check
