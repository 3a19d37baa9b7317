"""The sign-in page, the exchange of a link for a session, and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from almoner.console.access import SIGN_IN, local_path, session_cookie, visitor_of
from almoner.console.rendering import show
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Unauthenticated
from almoner.platform.database import Database, Tx
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in
from almoner.platform.sessions import service
from almoner.platform.settings import PublicUrl, Settings


@get(SIGN_IN, None)
async def sign_in_page(
    request: Request, settings: Settings, token: str = "", return_to: str = "", lost: bool = False
) -> Reply:
    """Show a button that uses the link, so that programs which open links do not use it up; or say how to get one.

    `lost`: a button was pressed after the session had ended.
    """
    template = "sign_in/confirm.html" if token else "sign_in/needed.html"
    return _page(
        request, template, settings, token=token, return_to=local_path(return_to), problem="", lost=lost
    )


@post(SIGN_IN, None, once=False)
async def sign_in(
    request: Request, db: Database, clock: Clock, settings: Settings, public_url: PublicUrl
) -> Reply:
    """Exchange the link for a session cookie; a link that is used up answers with what to do."""
    form = await request.form()
    life = timedelta(hours=settings.session_hours)
    try:
        session = await service.sign_in(db, str(form.get("token", "")), clock.now(), life)
    except Unauthenticated as error:
        return _page(
            request,
            "sign_in/needed.html",
            settings,
            status=401,
            token="",
            return_to="/console/",
            problem=error.message,
            lost=False,
        )
    cookie = session_cookie(session, public_url, int(life.total_seconds()))
    return redirect(local_path(str(form.get("return_to", ""))), [cookie])


@post("/console/sign-out", "console:write", once=False)
async def sign_out(request: Request, tx: Tx, public_url: PublicUrl) -> Reply:
    """End this session."""
    if (visitor := visitor_of(request)) is not None:
        await service.sign_out(tx, visitor.session)
    return redirect(SIGN_IN, [session_cookie("", public_url, 0)])


def _page(request: Request, template: str, settings: Settings, **values: Any) -> Reply:
    return show(request, template, title="Sign in", minutes=settings.sign_in_minutes, **values)


routes = routes_in(__name__)
