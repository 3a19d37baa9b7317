"""Who may see the console: a session cookie on every page, and proof of origin on every change.

A change needs three things: the cookie (SameSite=Strict), a token derived from the session, which other sites cannot
read, and no sign that the browser comes from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from almoner.kernel.clock import Clock
from almoner.kernel.errors import Forbidden
from almoner.platform.database import Database
from almoner.platform.http.auth import granted, set_caller
from almoner.platform.http.problems import requested_path
from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.sessions.service import organization_of

COOKIE = "almoner_session"
CSRF_FIELD, CSRF_HEADER = "csrf_token", "x-csrf-token"
SIGN_IN = "/console/sign-in"
_VISITOR = "almoner.visitor"
_SCOPES = frozenset({"console:*"})

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: a session of one organization, with the token its forms carry."""

    organization: Organization
    session: str
    csrf_token: str


def visitor_of(request: AnyRequest) -> Visitor | None:
    """Who is signed in; None on pages that are open to everybody."""
    return request.scope.get(_VISITOR)  # type: ignore[return-value]


def signed_in(request: AnyRequest) -> Visitor:
    """Who is signed in, where the route's scope has made sure that somebody is."""
    return cast("Visitor", request.scope[_VISITOR])  # type: ignore[literal-required]


def check_session(
    db: Database, clock: Clock, public_url: str
) -> Callable[[AnyRequest], Awaitable[Response[Any] | None]]:
    """The hook before each handler: it finds the visitor, or answers with the way to sign in.

    Raises `Forbidden` for a change that another site may have caused, and for a scope the session lacks.
    """

    async def check(request: AnyRequest) -> Response[Any] | None:
        is_change = request.method not in ("GET", "HEAD")
        if is_change:
            _refuse_other_sites(request, public_url)
        wanted = request.scope["route_handler"].opt.get("scope")
        if wanted is None:
            return None
        token = request.cookies.get(COOKIE, "")
        organization = await organization_of(db, token, clock.now())
        if organization is None:
            return _ask_to_sign_in(request)
        if is_change:
            await _check_token(request, token)
        if not granted(_SCOPES, wanted):
            raise Forbidden(f"This session lacks the scope '{wanted}'.")
        set_caller(request, Caller(organization.organization_id, "console", _SCOPES, 0))
        request.scope[_VISITOR] = Visitor(organization, token, csrf_token(token))  # type: ignore[literal-required]
        return None

    return check


def csrf_token(session: str) -> str:
    """What every form of a session carries. It tells nothing of the session and ends with it."""
    return hmac.new(session.encode(), b"almoner console form", hashlib.sha256).hexdigest()


def session_cookie(token: str, public_url: str, seconds: int) -> Cookie:
    """The cookie of a session that lasts `seconds`; zero takes it away."""
    return Cookie(
        COOKIE,
        value=token,
        path="/console",
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=public_url.startswith("https:"),
    )


def local_path(text: str) -> str:
    """Where to go after signing in: `text` when it is a page of the console, else the first page."""
    is_ours = (text + "/").startswith("/console/") and not set(text) & set("\\\r\n\t")
    return text if is_ours else "/console/"


def _ask_to_sign_in(request: AnyRequest) -> Response[Any]:
    if "hx-request" in request.headers:
        return Response(b"", status_code=401, media_type="text/plain", headers={"HX-Redirect": SIGN_IN})
    if "application/json" in request.headers.get("accept", ""):
        return Response(b"", status_code=401, media_type="text/plain")
    wanted = requested_path(request.scope) if request.method == "GET" else "/console/"
    return Redirect(f"{SIGN_IN}?return_to={quote(wanted)}", status_code=303)


def _refuse_other_sites(request: AnyRequest, public_url: str) -> None:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    elif origin is not None:
        is_ours = urlsplit(origin).netloc in (request.headers.get("host"), urlsplit(public_url).netloc)
    else:
        is_ours = True
    if not is_ours:
        raise Forbidden("This request came from another site and was refused.")


async def _check_token(request: AnyRequest, session: str) -> None:
    given = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD) or ""
    if not hmac.compare_digest(str(given).encode(), csrf_token(session).encode()):
        raise Forbidden("The form was out of date or incomplete. Go back, reload the page and try again.")
