"""Everything one process needs, built once and handed around by type."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from almoner import __version__
from almoner.app.readiness import readiness
from almoner.console.app import console_app
from almoner.crm.campaigns.following import CampaignFollower
from almoner.crm.recurring_gifts.ahead import PaymentsAhead
from almoner.crm.routes import routes as crm_routes
from almoner.crm.wire import CrmUrl
from almoner.giving.give.service import GiveDesk
from almoner.giving.give.writer import GiveWriter, HomeWriter
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Gateway
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.payments.sweeper import PaymentSweeper, Sweeper
from almoner.giving.receipts.desk import ReceiptDesk
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.sweeper import RefundSweeper, WordSweeper
from almoner.giving.routes import MADE_ELSEWHERE
from almoner.giving.routes import routes as giving_routes
from almoner.giving.stripe.accounts import StripeAccounts
from almoner.giving.stripe.client import StripeHttp
from almoner.giving.stripe.events import StripeDesk
from almoner.giving.stripe.sweeper import CatchUpSweeper, EventSweeper
from almoner.kernel.clock import Clock, SystemClock
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database, Server, open_database
from almoner.platform.events.wake import Wake, Wakes
from almoner.platform.http import CRM, RAISE, ASGIApp, Services, product_app, root_app
from almoner.platform.http.examples import examples_of
from almoner.platform.http.hosts import Hosts
from almoner.platform.http.inflight import InFlight
from almoner.platform.http.originals import originals_of
from almoner.platform.mail import Line
from almoner.platform.organizations.permissions import Modules, modules_of
from almoner.platform.organizations.service import Authenticator
from almoner.platform.pace import Load
from almoner.platform.rate_limits.service import RateLimiter
from almoner.platform.settings import PublicUrl, Settings
from almoner.platform.vault import Vault
from almoner.sync.offers import closed_codes
from almoner.sync.routes import routes as sync_routes
from almoner.sync.worker import SyncWorker


@dataclass
class Station:
    """What works on one server: its own wake, writer and workers, so that one that is away holds up no other's."""

    server: Server
    wake: Wake
    writer: GiveWriter
    workers: list[SyncWorker]
    sweepers: list[Sweeper]
    ahead: PaymentsAhead
    follower: CampaignFollower
    receipts: ReceiptDesk
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin to write gives, to sync, to look after payments and refunds, to expect those of recurring gifts, to let gifts follow into campaigns, to write receipts."""
        self.wake.start()
        self.writer.start()
        self._tasks = [asyncio.create_task(worker.run()) for worker in self.workers]
        self._tasks += [asyncio.create_task(sweeper.run()) for sweeper in self.sweepers]
        self._tasks.append(asyncio.create_task(self.ahead.run()))
        self._tasks.append(asyncio.create_task(self.follower.run()))
        self._tasks += [asyncio.create_task(each) for each in self.receipts.works()]

    async def stop(self, seconds: float) -> None:
        """Write what is waiting, for so long, and stop the workers between batches."""
        await self.writer.stop(seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.wake.stop()


@dataclass
class Application:
    """The parts of a running process. `asgi` is what the web server serves."""

    settings: Settings
    db: Database
    clock: Clock
    stations: list[Station]
    writer: HomeWriter
    asgi: ASGIApp
    inflight: InFlight
    limiter: RateLimiter
    accounts: StripeAccounts
    _keeping: asyncio.Task[None] | None = None

    @property
    def workers(self) -> list[SyncWorker]:
        """The workers of all servers."""
        return [worker for station in self.stations for worker in station.workers]

    async def start(self) -> None:
        """Begin to write gives and to sync."""
        for station in self.stations:
            station.start()
        self._keeping = asyncio.create_task(self.limiter.keep())

    async def stop(self, seconds: float | None = None) -> None:
        """Write what is waiting, stop the workers between batches, close the connections: within `seconds`, whatever the database does.

        Without `seconds` it is `shutdown_seconds`.
        """
        wait = self.settings.shutdown_seconds if seconds is None else seconds
        if self._keeping is not None:
            self._keeping.cancel()
        stopping = asyncio.gather(
            self.limiter.stop(wait / 2), *(station.stop(wait / 2) for station in self.stations)
        )
        if not (await asyncio.wait({stopping}, timeout=wait))[0]:
            self.db.drop()
        await stopping
        await self.accounts.close()
        await self.db.close()


async def build_application(
    settings: Settings,
    dsn: str,
    *,
    public_url: str,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
) -> Application:
    """Wire one process on the migrated database at `dsn` and the further servers of `settings`.

    `gateway` is that of organizations that have set up none. Nothing runs until `Application.start`.
    """
    given, clock = clock, clock or SystemClock()
    db = await open_database(
        dsn,
        further=settings.further,
        pool_size=settings.pool_size,
        cache_seconds=settings.token_cache_seconds,
        wait_seconds=settings.database_seconds,
        lists_max=settings.lists_max,
    )
    accounts = StripeAccounts(db, Vault(settings), StripeHttp(), settings.token_cache_seconds)
    gateways = Gateways(gateway or SandboxGateway(clock), accounts)
    refunds = _refund_desk(db, gateways, clock, settings)
    stripe = StripeDesk(db, accounts, clock, keep=timedelta(days=settings.processor_events_keep_days))
    inflight = InFlight(load := Load())
    stations = _stations(db, clock, settings, gateways, refunds, stripe, load)
    writer = HomeWriter(db, {station.server.name: station.writer for station in stations})
    sign_ins = SignInDesk(db, clock, "crm", settings.token_cache_seconds)
    services: Services = {
        Clock: clock,
        Database: db,
        SignInDesk: sign_ins,
        Modules: modules_of(route.permission for route in [*crm_routes, *giving_routes, *sync_routes]),
        Settings: settings,
        PublicUrl: PublicUrl(public_url),
        CrmUrl: CrmUrl(Hosts(settings).address_of("crm", public_url)),
        GiveDesk: _desk(db, writer, gateways, clock, settings),
        RefundDesk: refunds,
        StripeDesk: stripe,
        Wake: Wakes([station.wake for station in stations]),
    }
    limiter = RateLimiter(db, settings.requests_per_hour, given)
    raise_app, crm_app = products(
        limiter=limiter,
        db=db,
        settings=settings,
        authenticate=Authenticator(db, settings.token_cache_seconds, clock, sign_ins.caller_of),
        services=services,
    )
    common: dict[str, Any] = {"db": db, "settings": settings, "clock": clock, "public_url": public_url}
    asgi = root_app(
        raise_app=raise_app,
        crm_app=crm_app,
        console_app=console_app(**common, services=services, desk=sign_ins),
        settings=settings,
        readiness=readiness(db, settings),
        inflight=inflight,
    )
    return Application(settings, db, clock, stations, writer, asgi, inflight, limiter, accounts)


def _info(title: str, words: str) -> dict[str, Any]:
    """What an API's document says of it as a whole."""
    return {
        "title": title,
        "version": __version__,
        "description": words,
        "contact": {"name": "Almoner"},
        "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
    }


def products(*, limiter: RateLimiter | None = None, **common: Any) -> tuple[ASGIApp, ASGIApp]:
    """The APIs of Raise and the CRM, wired to what `common` holds; what they tell of themselves needs none of it to run."""
    raise_app = product_app(
        name="raise",
        info=_info("Almoner Raise API", RAISE_WORDS),
        examples=examples_of("almoner.giving"),
        routes=[*giving_routes, *sync_routes],
        dialect=RAISE,
        originals=originals_of("almoner.giving"),
        elsewhere=MADE_ELSEWHERE,
        **common,
    )
    crm_app = product_app(
        name="crm",
        info=_info("Almoner CRM API", CRM_WORDS),
        examples=examples_of("almoner.crm"),
        routes=crm_routes,
        dialect=CRM,
        originals=originals_of("almoner.crm"),
        limiter=limiter,
        **common,
    )
    return raise_app, crm_app


_COMMON = (
    "Send an API key of this product as `Authorization: Bearer <key>`. Paths, parameters and fields match in any case. "
    "A changing request that carries an `Idempotency-Key` is done once, however often it is sent. Money is exact. What "
    "was not understood is refused, or named in `X-Ignored-Parameters` and `X-Ignored-Fields`; an operation of the "
    "imitated product that is not served yet answers 501, and `coverage.json` lists them all."
)
RAISE_WORDS = (
    f"Online giving: gifts, donors, campaigns, and where each record is on its way to the CRM. {_COMMON}"
)
CRM_WORDS = f"The donor CRM with fund accounting: contacts, gifts and their designations, projects. {_COMMON}"


def _stations(
    db: Database,
    clock: Clock,
    settings: Settings,
    gateways: Gateways,
    refunds: RefundDesk,
    stripe: StripeDesk,
    load: Load,
) -> list[Station]:
    line = Line(settings)
    return [_station(server, clock, settings, gateways, refunds, stripe, load, line) for server in db.servers]


def _station(
    server: Server,
    clock: Clock,
    settings: Settings,
    gateways: Gateways,
    refunds: RefundDesk,
    stripe: StripeDesk,
    load: Load,
    line: Line,
) -> Station:
    wake = Wake(server)
    writer = GiveWriter(
        server,
        wake,
        batch_max=settings.give_batch_max,
        writers=settings.give_writers,
        queue_max=settings.give_queue_max,
        settle_seconds=settings.payment_settle_seconds,
        lock_seconds=settings.give_lock_seconds,
    )
    workers = [SyncWorker(server, wake, clock, settings, load=load) for _ in range(settings.sync_workers)]
    settle, timeout = settings.payment_settle_seconds, settings.payment_timeout_seconds
    sweepers: list[Sweeper] = [
        PaymentSweeper(server, gateways, settle_seconds=settle, timeout_seconds=timeout),
        RefundSweeper(server, refunds, wake.ring, settle_seconds=settle, timeout_seconds=timeout),
        WordSweeper(server, clock, wake.ring, settle_seconds=settle),
        EventSweeper(server, stripe, wake.ring),
        CatchUpSweeper(server, stripe),
    ]
    ahead, follower = PaymentsAhead(server, clock), CampaignFollower(server)
    receipts = ReceiptDesk(server, clock, settings, load, line)
    return Station(server, wake, writer, workers, sweepers, ahead, follower, receipts)


def _refund_desk(db: Database, gateways: Gateways, clock: Clock, settings: Settings) -> RefundDesk:
    return RefundDesk(
        db,
        gateways,
        clock,
        timeout_seconds=settings.payment_timeout_seconds,
        settle_seconds=settings.payment_settle_seconds,
    )


def _desk(db: Database, writer: HomeWriter, gateways: Gateways, clock: Clock, settings: Settings) -> GiveDesk:
    return GiveDesk(
        db,
        writer,
        gateways,
        clock,
        projects_max=settings.gift_projects_max,
        timeout_seconds=settings.payment_timeout_seconds,
        settle_seconds=settings.payment_settle_seconds,
        closed=closed_codes,
        confirm_seconds=settings.payment_confirm_seconds,
    )
