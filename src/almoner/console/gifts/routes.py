"""`/console/`: the page, its live regions, the pause switch and the chart's data."""

from __future__ import annotations

from datetime import datetime

from almoner.console.access import signed_in
from almoner.console.gifts import service, views
from almoner.console.pages import go_back, needs_text, show_page
from almoner.console.rendering import LiveRegion, refresh, render
from almoner.giving.donors.rules import STAFF
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Reply, Request, encode_json, get, post, redirect, routes_in
from almoner.platform.settings import PublicUrl
from almoner.sync.triage.service import attention

PAGE = "/console/"
REASON_MAX = 500
"""Letters of why a switch was turned."""


@get(PAGE, "gift:read")
async def gifts_page(request: Request, tx: Snapshot, clock: Clock, public_url: PublicUrl) -> Reply:
    """Everything at once; each region then keeps itself fresh."""
    now, may = clock.now(), signed_in(request).may
    return await show_page(
        request,
        tx,
        "gifts/page.html",
        title="Overview",
        balance=await _balance(request, tx),
        gifts=await _gifts(request, tx, now, public_url),
        campaigns=await _campaigns(request, tx, now, public_url) if may("campaign:read") else "",
        lag=views.lag_view(await service.read_lag(tx, now)),
    )


@get("/console/arrivals", "gift:read")
async def arrivals_region(request: Request, tx: Tx, clock: Clock, public_url: PublicUrl) -> Reply:
    """The table of the newest gifts, if it has changed."""
    return refresh(request, await _gifts(request, tx, clock.now(), public_url))


@get("/console/balance", "gift:read")
async def balance_region(request: Request, tx: Snapshot) -> Reply:
    """The totals of both sides, if they have changed."""
    return refresh(request, await _balance(request, tx))


@get("/console/campaigns", "campaign:read")
async def campaigns_region(request: Request, tx: Tx, clock: Clock, public_url: PublicUrl) -> Reply:
    """The campaigns, if they have changed."""
    return refresh(request, await _campaigns(request, tx, clock.now(), public_url))


@post("/console/campaigns/{campaign_id:int}/sync", "campaign:update", once=False)
async def switch_sync(
    request: Request, tx: Tx, campaign_id: int, clock: Clock, public_url: PublicUrl
) -> Reply:
    """Turn a campaign's sync on or off; gifts made before keep what they were made with."""
    form = await request.form()
    await service.set_sync(
        tx,
        campaign_id,
        can_sync=form.get("canSync") == "true",
        by=signed_in(request).name or STAFF,
        reason=form.get("reason", "").strip()[:REASON_MAX] or None,
        now=clock.now(),
    )
    if "returnTo" in form:
        return await go_back(request, "resumed")
    if request.header("hx-request") is not None:
        return refresh(request, await _campaigns(request, tx, clock.now(), public_url))
    return redirect(PAGE)


@get("/console/lag", "gift:read")
async def lag_data(tx: Tx, clock: Clock) -> Reply:
    """The chart's data."""
    return Reply(200, encode_json(views.lag_document(await service.read_lag(tx, clock.now()))))


async def _gifts(request: Request, tx: Tx, now: datetime, public_url: PublicUrl) -> LiveRegion:
    visitor = signed_in(request)
    arrivals = await service.read_arrivals(tx, shows_donors=visitor.may("donor:read"))
    rows = views.gift_rows(arrivals, visitor.organization, now)
    inner = render("gifts/table.html", rows=rows, curl=views.curl_line(public_url))
    return LiveRegion("gifts", "/console/arrivals", 1, inner, views.news_of(rows))


async def _balance(request: Request, tx: Snapshot) -> LiveRegion:
    sides = views.balance_views(await service.read_balances(tx), tx.organization.currency)
    needs = needs_text(await attention(tx)) if signed_in(request).may("sync:read") else ""
    inner = render("gifts/balance.html", balances=sides, needs=needs)
    return LiveRegion("balance", "/console/balance", 2, inner)


async def _campaigns(request: Request, tx: Tx, now: datetime, public_url: str) -> LiveRegion:
    visitor, switches = signed_in(request), await service.read_switches(tx, public_url)
    inner = render(
        "gifts/campaigns.html",
        rows=views.campaign_rows(switches, visitor.organization, now),
        total=switches.campaigns.total,
        may_switch=visitor.may("campaign:update"),
        csrf_token=visitor.csrf_token,
    )
    return LiveRegion("campaigns", "/console/campaigns", 3, inner)


routes = routes_in(__name__)
