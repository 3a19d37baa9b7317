"""The sign-in page, by password or by a link that works once; the page of an invitation; and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from almoner.console.access import SIGN_IN, local_path, session_cookie, visitor_of
from almoner.console.rendering import show
from almoner.kernel.clock import Clock
from almoner.kernel.errors import AlmonerError, Unauthenticated
from almoner.platform.accounts import service as accounts
from almoner.platform.accounts.errors import CodeNeeded, NotSignedIn
from almoner.platform.accounts.passwords import LENGTH_MIN, checked_password
from almoner.platform.accounts.service import Proven
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database, Tx
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in
from almoner.platform.sessions import service
from almoner.platform.settings import PublicUrl, Settings

INVITATION = "/console/invitation"
_CODE = "The password is right. Enter it again with the code of your authenticator app."


@get(SIGN_IN, None)
async def sign_in_page(
    request: Request, settings: Settings, token: str = "", return_to: str = "", lost: bool = False
) -> Reply:
    """Show a button that uses the link, so that programs which open links do not use it up; or ask for e-mail and password.

    `lost`: a button was pressed after the session had ended.
    """
    template = "sign_in/confirm.html" if token else "sign_in/needed.html"
    return _page(request, template, settings, token=token, return_to=local_path(return_to), lost=lost)


@post(SIGN_IN, None, once=False)
async def sign_in(
    request: Request,
    db: Database,
    clock: Clock,
    settings: Settings,
    public_url: PublicUrl,
    desk: SignInDesk,
) -> Reply:
    """Exchange a password, or a link, for a session cookie; what is refused answers with what to do."""
    form = await request.form()
    life = timedelta(hours=settings.session_hours)
    return_to = local_path(form.get("return_to", ""))
    try:
        if "email" in form:
            proven = await desk.prove(
                form["email"], [form.get("password", "")], form.get("otp", "").strip(), request.client_address
            )
            session = await desk.open_session(proven, life)
        else:
            session = await service.sign_in(db, form.get("token", ""), clock.now(), life)
    except (NotSignedIn, Unauthenticated) as error:
        problem = _CODE if isinstance(error, CodeNeeded) else error.message
        status = 429 if error.status == 429 else 401
        told = {"email": form.get("email", ""), "is_link": "email" not in form}
        return _page(
            request,
            "sign_in/needed.html",
            settings,
            status=status,
            problem=problem,
            return_to=return_to,
            **told,
        )
    return redirect(return_to, [session_cookie(session, public_url, int(life.total_seconds()))])


@get(INVITATION, None)
async def invitation_page(request: Request, db: Database, clock: Clock, token: str = "") -> Reply:
    """Ask who was invited for a password: a new one, or, of who has one, that."""
    try:
        found = await accounts.read_invitation(db, token, clock.now())
    except Unauthenticated as error:
        return _invitation(request, 404, problem=error.message)
    return _invitation(request, found=found, token=token)


@post(INVITATION, None, once=False)
async def accept_invitation(
    request: Request, db: Database, clock: Clock, settings: Settings, public_url: PublicUrl, desk: SignInDesk
) -> Reply:
    """Use the link up, with the password, and sign in."""
    form, now = await request.form(), clock.now()
    token, password = form.get("token", ""), form.get("password", "")
    try:
        found = await accounts.read_invitation(db, token, now)
    except Unauthenticated as error:
        return _invitation(request, 404, problem=error.message)
    secret: str | Proven
    try:
        if found.kind == "invitation" and found.has_password:
            secret = await desk.prove(
                found.email, [password], form.get("otp", "").strip(), request.client_address
            )
        else:
            secret = await desk.passwords.hash(checked_password(password, found.email), found.email)
        proven = await accounts.accept(db, token, found, secret, now)
        # Who resets a password still needs the code: a link alone does not sign in an account with two factors.
        if found.kind == "reset":
            return redirect(SIGN_IN)
        life = timedelta(hours=settings.session_hours)
        session = await desk.open_session(proven, life)
    except AlmonerError as error:
        status = error.status if error.status in (409, 429, 503) else 400
        problem = (
            "Enter the code of your authenticator app too."
            if isinstance(error, CodeNeeded)
            else error.message
        )
        return _invitation(request, status, found=found, token=token, problem=problem)
    return redirect("/console/", [session_cookie(session, public_url, int(life.total_seconds()))])


@post("/console/sign-out", "self:update", once=False)
async def sign_out(request: Request, tx: Tx, public_url: PublicUrl, desk: SignInDesk) -> Reply:
    """End this session."""
    if (visitor := visitor_of(request)) is not None:
        if visitor.caller.user is None:
            await service.sign_out(tx, visitor.session)
        else:
            await desk.end(visitor.caller.user)
    return redirect(SIGN_IN, [session_cookie("", public_url, 0)])


def _page(request: Request, template: str, settings: Settings, **values: Any) -> Reply:
    given = {"problem": "", "lost": False, "token": "", "email": "", "is_link": False, **values}
    return show(request, template, title="Sign in", minutes=settings.sign_in_minutes, **given)


def _invitation(request: Request, status: int = 200, **values: Any) -> Reply:
    given = {"problem": "", "token": "", "found": None, **values}
    return show(
        request, "sign_in/invitation.html", title="Welcome", status=status, length_min=LENGTH_MIN, **given
    )


routes = routes_in(__name__)
