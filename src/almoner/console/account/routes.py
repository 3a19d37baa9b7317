"""`/console/account`: who is signed in, in which organization; another password; codes of an authenticator app."""

from __future__ import annotations

import re
from typing import Any

from almoner.console.access import SIGN_IN, Visitor, session_cookie, signed_in
from almoner.console.rendering import show
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Forbidden, Invalid, Unauthenticated
from almoner.platform.accounts import otp, own
from almoner.platform.accounts.errors import CodeNeeded, NotSignedIn
from almoner.platform.accounts.passwords import LENGTH_MIN
from almoner.platform.accounts.service import Proven
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in
from almoner.platform.organizations.rules import User
from almoner.platform.settings import PublicUrl

ACCOUNT = "/console/account"
_ID = re.compile("[0-9]{1,18}")


@get(ACCOUNT, "self:read")
async def account_page(request: Request, db: Database, desk: SignInDesk) -> Reply:
    """Who is signed in, and what can be changed about it."""
    return await _page(request, db, desk)


@post(f"{ACCOUNT}/organization", "self:update", once=False)
async def choose_organization(request: Request, desk: SignInDesk) -> Reply:
    """Work in another of the user's organizations."""
    chosen = (await request.form()).get("membership", "")
    await desk.switch(_user(signed_in(request)), int(chosen) if _ID.fullmatch(chosen) else 0)
    return redirect("/console/")


@post(f"{ACCOUNT}/password", "self:update", once=False)
async def change_password(
    request: Request, db: Database, clock: Clock, public_url: PublicUrl, desk: SignInDesk
) -> Reply:
    """Set another password; all that is signed in ends, this session too."""
    form, user = await request.form(), _user(signed_in(request))
    try:
        proven = await _prove(desk, user, request, form)
        new = form.get("new_password", "")
        await own.change_password(db, user, proven, desk.passwords, new, clock.now())
    except (NotSignedIn, Unauthenticated, Invalid) as error:
        return await _page(request, db, desk, status=400, problem=error.message)
    return redirect(SIGN_IN, [session_cookie("", public_url, 0)])


@post(f"{ACCOUNT}/two-factor", "self:update", once=False)
async def begin_two_factor(request: Request, db: Database, desk: SignInDesk) -> Reply:
    """Show the key for an authenticator app to who proves the password; nothing is asked for yet."""
    form, user = await request.form(), _user(signed_in(request))
    try:
        key = await own.new_otp_key(db, await _prove(desk, user, request, form))
    except (NotSignedIn, Unauthenticated) as error:
        return await _page(request, db, desk, status=400, problem=error.message)
    return await _page(request, db, desk, key=key)


@post(f"{ACCOUNT}/two-factor/confirm", "self:update", once=False)
async def confirm_two_factor(request: Request, db: Database, clock: Clock, desk: SignInDesk) -> Reply:
    """Ask for codes from now on, when the first one is right."""
    user = _user(signed_in(request))
    code = (await request.form()).get("otp", "")
    if await own.confirm_otp(db, user, code, clock.now()):
        return await _page(request, db, desk, said="From now on the sign-in asks for a code of your app.")
    problem = "This code is wrong. Begin again, and look whether the clock of your phone is right."
    return await _page(request, db, desk, status=400, problem=problem)


async def _prove(desk: SignInDesk, user: User, request: Request, form: dict[str, str]) -> Proven:
    """Who acts on an account knows its password, whoever sits at the browser."""
    try:
        return await desk.prove(
            user.email, [form.get("password", "")], form.get("otp", "").strip(), request.client_address
        )
    except CodeNeeded as needed:
        raise NotSignedIn("Enter the code of your authenticator app too.") from needed


async def _page(
    request: Request,
    db: Database,
    desk: SignInDesk,
    *,
    status: int = 200,
    key: bytes | None = None,
    **values: Any,
) -> Reply:
    visitor = signed_in(request)
    user = visitor.caller.user
    found = [] if user is None else await desk.memberships(user)
    organizations = [(one, (await db.organization(one.organization_id)).name) for one in found]
    secret = None if key is None or user is None else (otp.key_text(key), otp.key_address(key, user.email))
    has_two_factor = user is not None and await own.asks_for_codes(db, user.account_id)
    return show(
        request,
        "account/page.html",
        title="Account",
        status=status,
        user=user,
        organizations=organizations,
        secret=secret,
        has_two_factor=has_two_factor,
        length_min=LENGTH_MIN,
        **{"problem": "", **values},
    )


def _user(visitor: Visitor) -> User:
    if visitor.caller.user is None:
        raise Forbidden("You came by a link, and have no account to change.")
    return visitor.caller.user


routes = routes_in(__name__)
