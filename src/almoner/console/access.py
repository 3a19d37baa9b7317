"""Who may see the console: a session cookie on every page, and proof of origin on every change.

A change needs three things: the cookie (SameSite=Strict), a token derived from the session, which other sites cannot
read, and no sign that the browser comes from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from urllib.parse import quote, urlsplit

from almoner.kernel.clock import Clock
from almoner.kernel.errors import Forbidden
from almoner.platform.accounts.service import member_named
from almoner.platform.accounts.sign_in import PREFIXES, SignInDesk
from almoner.platform.database import Database
from almoner.platform.http import Reply, Request, Route, redirect
from almoner.platform.http.auth import Check, require
from almoner.platform.organizations.groups import list_groups
from almoner.platform.organizations.permissions import ALL, granted, lack_of
from almoner.platform.organizations.rules import Caller, Organization
from almoner.platform.sessions.service import organization_of

COOKIE = "almoner_session"
CSRF_FIELD, CSRF_HEADER = "csrf_token", "x-csrf-token"
SIGN_IN = "/console/sign-in"
_VISITOR = "almoner.visitor"
EVERYBODY = "self:*"
"""What every session grants: to look after itself."""
_BY_LINK = frozenset({ALL})
"""Who came by a link got it from whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, and when (UTC): a session of one organization, with the token its forms carry."""

    organization: Organization
    session: str
    caller: Caller
    at: datetime

    @property
    def csrf_token(self) -> str:
        """What its forms carry."""
        return csrf_token(self.session, self.organization.organization_id)

    @property
    def name(self) -> str:
        """What the user is called; empty for who came by a link."""
        return self.caller.name

    def may(self, permission: str) -> bool:
        """Whether the group of the user allows it (`note:update`)."""
        return granted(self.caller.scopes, permission)


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in; None on pages that are open to everybody."""
    return cast("Visitor | None", request.scope.get(_VISITOR))


def signed_in(request: Request) -> Visitor:
    """Who is signed in, where the route's scope has made sure that somebody is."""
    return cast("Visitor", request.scope[_VISITOR])


def check_session(db: Database, clock: Clock, public_url: str, desk: SignInDesk) -> Check:
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
        now = clock.now()
        caller = await _caller(db, desk, token, now)
        if caller is None:
            return await _ask_to_sign_in(request)
        visitor = Visitor(await db.organization(caller.organization_id), token, caller, now)
        if is_change:
            await _check_token(request, visitor)
        elif _is_of_another_session(request, visitor):
            return Reply(409, b"", headers=[("HX-Refresh", "true")])
        request.scope[_VISITOR] = visitor
        await _require(db, caller, route, clock.now())
        request.caller = caller
        return None

    return check


class NotAllowed(Forbidden):
    """The group of a user lacks what a page or a button asks for: told to people, not to programs."""

    title = "You may not do this."


async def _require(db: Database, caller: Caller, route: Route, now: datetime) -> None:
    """`NotAllowed`, with the user's group and what it lacks."""
    try:
        require(caller.scopes, route)
    except Forbidden as lack:
        whose = "Your group"
        if caller.user is not None:
            member = await member_named(db, caller.organization_id, caller.user.email, now)
            async with db.tenant(caller.organization_id) as tx:
                names = {group.id: group.name for group in await list_groups(tx)}
            whose = f"Your group is {names.get(member.membership.group_id, 'gone')}, and it"
        what = lack_of(route.permission or "").removeprefix("The permission group ")
        raise NotAllowed(f"Ask an administrator. {whose} {what}") from lack


async def _caller(db: Database, desk: SignInDesk, token: str, now: datetime) -> Caller | None:
    """Whom a session stands for, a user's or that of a link; None when it is not good."""
    if token.startswith(f"{PREFIXES['session']}_"):
        caller = await desk.caller_of(token, "session")
        return caller and replace(caller, scopes=caller.scopes | {EVERYBODY})
    organization = await organization_of(db, token, now)
    return None if organization is None else Caller(organization.organization_id, "console", _BY_LINK, 0)


def csrf_token(session: str, organization_id: int) -> str:
    """What every form of a session carries. It tells nothing of the session, and ends with it and with the choice of the organization."""
    message = b"almoner console form %d" % organization_id
    return hmac.new(session.encode(), message, hashlib.sha256).hexdigest()


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


def _is_of_another_session(request: Request, visitor: Visitor) -> bool:
    shown_to = request.header(CSRF_HEADER)
    return shown_to is not None and not hmac.compare_digest(shown_to.encode(), visitor.csrf_token.encode())


async def _check_token(request: Request, visitor: Visitor) -> None:
    given = request.header(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD) or ""
    if not hmac.compare_digest(str(given).encode(), visitor.csrf_token.encode()):
        raise Forbidden("The form was out of date or incomplete. Go back, reload the page and try again.")
