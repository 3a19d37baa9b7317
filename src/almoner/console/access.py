"""Who may see the console: a session cookie on every page, and proof of origin on every change.

A change needs three things: the cookie (SameSite=Strict), a token derived from the session, which other sites cannot
read, and no sign that the browser comes from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

from almoner.kernel.clock import Clock
from almoner.kernel.errors import Forbidden
from almoner.platform.database import Database
from almoner.platform.http import Reply, Request, Route, redirect
from almoner.platform.http.auth import Check, granted
from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.sessions.service import organization_of

COOKIE = "almoner_session"
CSRF_FIELD, CSRF_HEADER = "csrf_token", "x-csrf-token"
SIGN_IN = "/console/sign-in"
_VISITOR = "almoner.visitor"
_SCOPES = frozenset({"console:*"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: a session of one organization, with the token its forms carry."""

    organization: Organization
    session: str
    csrf_token: str


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in; None on pages that are open to everybody."""
    return cast("Visitor | None", request.scope.get(_VISITOR))


def signed_in(request: Request) -> Visitor:
    """Who is signed in, where the route's scope has made sure that somebody is."""
    return cast("Visitor", request.scope[_VISITOR])


def check_session(db: Database, clock: Clock, public_url: str) -> Check:
    """The hook before each handler: it finds the visitor, or answers with the way to sign in.

    A page of an earlier session that asks for its regions is told to load itself anew: they may be another organization's.
    Raises `Forbidden` for a change that another site may have caused, and for a scope the session lacks.
    """

    async def check(request: Request, route: Route) -> Reply | None:
        is_change = request.method not in ("GET", "HEAD")
        if is_change:
            _refuse_other_sites(request, public_url)
        if route.scope is None:
            return None
        token = request.cookies.get(COOKIE, "")
        organization = await organization_of(db, token, clock.now())
        if organization is None:
            return await _ask_to_sign_in(request)
        if is_change:
            await _check_token(request, token)
        elif _is_of_another_session(request, token):
            return Reply(409, b"", headers=[("HX-Refresh", "true")])
        if not granted(_SCOPES, route.scope):
            raise Forbidden(f"This session lacks the scope '{route.scope}'.")
        request.caller = Caller(organization.organization_id, "console", _SCOPES, 0)
        request.scope[_VISITOR] = Visitor(organization, token, csrf_token(token))
        return None

    return check


def csrf_token(session: str) -> str:
    """What every form of a session carries. It tells nothing of the session and ends with it."""
    return hmac.new(session.encode(), b"almoner console form", hashlib.sha256).hexdigest()


def session_cookie(token: str, public_url: str, seconds: int) -> str:
    """The cookie of a session that lasts `seconds`, as `Set-Cookie` has it; zero takes it away."""
    secure = "; Secure" if public_url.startswith("https:") else ""
    return f"{COOKIE}={token}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"


def local_path(text: str) -> str:
    """Where to go after signing in: `text` when it is a page of the console, else the first page."""
    is_plain = text.isascii() and text.isprintable() and "\\" not in text
    is_ours = (text + "/").startswith("/console/") and is_plain
    return text if is_ours else "/console/"


async def _ask_to_sign_in(request: Request) -> Reply:
    if request.header("hx-request") is not None:
        return Reply(401, b"", headers=[("HX-Redirect", SIGN_IN)])
    if "application/json" in (request.header("accept") or ""):
        return Reply(401, b"")
    if request.method not in ("GET", "HEAD"):
        page = local_path((await request.form()).get("returnTo", ""))
        return redirect(f"{SIGN_IN}?lost=true&returnTo={quote(page)}")
    query = request.scope["query_string"].decode("ascii", "replace")
    page = f"{request.path}?{query}" if query else request.path
    return redirect(f"{SIGN_IN}?returnTo={quote(page)}")


def _refuse_other_sites(request: Request, public_url: str) -> None:
    site, origin = request.header("sec-fetch-site"), request.header("origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    elif origin is not None:
        is_ours = urlsplit(origin).netloc in (request.header("host"), urlsplit(public_url).netloc)
    else:
        is_ours = True
    if not is_ours:
        raise Forbidden("This request came from another site and was refused.")


def _is_of_another_session(request: Request, session: str) -> bool:
    shown_to = request.header(CSRF_HEADER)
    return shown_to is not None and not hmac.compare_digest(shown_to.encode(), csrf_token(session).encode())


async def _check_token(request: Request, session: str) -> None:
    given = request.header(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD) or ""
    if not hmac.compare_digest(str(given).encode(), csrf_token(session).encode()):
        raise Forbidden("The form was out of date or incomplete. Go back, reload the page and try again.")
