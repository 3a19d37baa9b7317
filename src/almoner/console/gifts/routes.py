"""`/console/`: the page, its live regions, the pause switch and the chart's data."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from almoner.console.access import AnyRequest, signed_in
from almoner.console.gifts import service, views
from almoner.console.rendering import LiveRegion, refresh, render, show
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Reply, encode_json, scope

PAGE = "/console/"


@get(PAGE, opt=scope("console:read"))
async def gifts_page(request: AnyRequest, tx: Snapshot, clock: Clock, public_url: str) -> Response[str]:
    """Everything at once; each region then keeps itself fresh."""
    now = clock.now()
    return show(
        request,
        "gifts/page.html",
        title="Gifts",
        balance=await _balance(tx),
        gifts=await _gifts(request, tx, now, public_url),
        campaigns=await _campaigns(request, tx, now),
        lag=views.lag_view((await service.read_lag(tx, now)).overall),
    )


@get("/console/gifts", opt=scope("console:read"))
async def gifts_region(request: AnyRequest, tx: Tx, clock: Clock, public_url: str) -> Response[Any]:
    """The table of the newest gifts, if it has changed."""
    return refresh(request, await _gifts(request, tx, clock.now(), public_url))


@get("/console/balance", opt=scope("console:read"))
async def balance_region(request: AnyRequest, tx: Snapshot) -> Response[Any]:
    """The totals of both sides, if they have changed."""
    return refresh(request, await _balance(tx))


@get("/console/campaigns", opt=scope("console:read"))
async def campaigns_region(request: AnyRequest, tx: Tx, clock: Clock) -> Response[Any]:
    """The campaigns, if they have changed."""
    return refresh(request, await _campaigns(request, tx, clock.now()))


@post("/console/campaigns/{campaign_id:int}/sync", opt=scope("console:write"))
async def switch_sync(request: AnyRequest, tx: Tx, campaign_id: int, clock: Clock) -> Response[Any]:
    """Turn a campaign's sync on or off; gifts made before keep what they were made with."""
    can_sync = (await request.form()).get("canSync") == "true"
    await service.set_sync(tx, campaign_id, can_sync=can_sync, now=clock.now())
    if "hx-request" in request.headers:
        return refresh(request, await _campaigns(request, tx, clock.now()))
    return Redirect(PAGE, status_code=303)


@get("/console/lag", opt=scope("console:read"))
async def lag_data(tx: Tx, clock: Clock) -> Reply:
    """The chart's data."""
    return Reply(200, encode_json(views.lag_document(await service.read_lag(tx, clock.now()))))


async def _gifts(request: AnyRequest, tx: Tx, now: datetime, public_url: str) -> LiveRegion:
    arrivals = await service.read_arrivals(tx)
    rows = views.gift_rows(arrivals, signed_in(request).organization, now)
    inner = render("gifts/table.html", rows=rows, curl=views.curl_line(public_url))
    return LiveRegion("gifts", "/console/gifts", 1, inner, views.news_of(rows))


async def _balance(tx: Snapshot) -> LiveRegion:
    started = perf_counter()
    sides = [views.balance_view(balance) for balance in await service.read_balances(tx)]
    # Totals read every gift: the longer that takes, the more seldom it is asked for, so that a viewer costs 2 % at most.
    seconds = max(2, round((perf_counter() - started) * 50))
    return LiveRegion("balance", "/console/balance", seconds, render("gifts/balance.html", balances=sides))


async def _campaigns(request: AnyRequest, tx: Tx, now: datetime) -> LiveRegion:
    visitor, switches = signed_in(request), await service.read_switches(tx)
    inner = render(
        "gifts/campaigns.html",
        rows=views.campaign_rows(switches, visitor.organization, now),
        total=switches.campaigns.total,
        csrf_token=visitor.csrf_token,
    )
    return LiveRegion("campaigns", "/console/campaigns", 3, inner)


routes = [gifts_page, gifts_region, balance_region, campaigns_region, switch_sync, lag_data]
