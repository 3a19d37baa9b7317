"""A small product behind the real edge: a fake database that records how transactions end, and a few routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any, cast

import httpx
from msgspec import Meta, field
from prometheus_client import CollectorRegistry

from almoner.kernel.errors import NotFound, Unauthenticated, Unavailable
from almoner.platform.database import Database, Tx
from almoner.platform.http import (
    CRM,
    RAISE,
    ASGIApp,
    PageQuery,
    Route,
    delete,
    get,
    post,
    product_app,
    root_app,
)
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import Settings
from almoner.platform.wire import Body, View

TOKEN = {"Authorization": "Bearer good"}


class FakeConnection:
    """Just enough of a connection for the idempotency statements."""

    def __init__(self, rows: dict[tuple[Any, ...], list[Any]]) -> None:
        self.rows = rows

    async def fetchval(self, sql: str, *values: Any) -> Any:
        assert "INSERT" in sql
        *place, fingerprint = values
        if tuple(place) in self.rows:
            return None
        self.rows[tuple(place)] = [fingerprint, None]
        return True

    async def fetchrow(self, sql: str, *place: Any) -> Any:
        assert "SELECT" in sql
        fingerprint, answer = self.rows[place]
        return {"fingerprint": fingerprint, "answer": answer}

    async def execute(self, sql: str, *values: Any) -> str:
        if "DELETE" in sql:  # keys that are old, of which there are none
            return "DELETE 0"
        assert "UPDATE" in sql
        answer, _path, *place = values
        self.rows[tuple(place)][1] = answer
        return "UPDATE 1"


class FakeDatabase:
    """Transactions that remember their end and undo what a failed one wrote."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.rows: dict[tuple[Any, ...], list[Any]] = {}
        self.fail_commit = False

    @asynccontextmanager
    async def tenant(self, organization_id: int, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        before = {place: list(row) for place, row in self.rows.items()}
        try:
            yield Tx(cast("Any", FakeConnection(self.rows)), organization_id)
        except BaseException:
            self.rows = before
            self.events.append("rollback")
            raise
        if self.fail_commit:
            raise RuntimeError("the balance does not sum for secret@example.org")
        self.events.append("commit")

    def requested(self, organization_id: int, *, snapshot: bool = False, actor: str = "") -> Any:
        """A transaction for a request."""
        return self.tenant(organization_id, snapshot=snapshot)

    def listing(self, organization_id: int) -> Any:
        """A transaction to read a list in."""
        return self.tenant(organization_id)


class Split(Body):
    project_id: int
    amount: Decimal


class GiftRequest(Body):
    amount: Decimal
    name: Annotated[str, Meta(min_length=1, max_length=10)]
    is_private: bool = False
    splits: list[Split] = field(default_factory=list)


class GiftModel(View):
    id: int
    amount: Decimal
    note: str | None = None


class Counter:
    """A service handed to handlers."""

    def __init__(self) -> None:
        self.value = 0


@post("/api/Gift", "gift:write", once=True)
async def create_gift(tx: Tx, data: GiftRequest, counter: Counter) -> GiftModel:
    """Create a gift.

    Amounts are exact.
    """
    counter.value += 1
    if data.name == "fail":
        raise NotFound("No such project.")
    return GiftModel(id=counter.value, amount=data.amount)


@get("/api/Gift/{gift_id:int}", "gift:read")
async def get_gift(tx: Tx, gift_id: int, include_details: bool = False) -> GiftModel:
    """Read a gift."""
    return GiftModel(id=gift_id, amount=Decimal("1.50"), note=f"{tx.organization_id} {include_details}")


@delete("/api/Gift/{gift_id:int}", "gift:write")
async def delete_gift(tx: Tx, gift_id: int) -> None:
    """Delete a gift."""
    if gift_id == 404:
        raise NotFound("There is no such gift.")


@get("/api/Gift/list", "gift:read", extension=True)
async def list_gifts(
    caller: Caller,
    first: int = 0,
    order_by: str | None = None,
) -> list[str]:
    """List gifts."""
    return [f"{caller.organization_id} {first} {order_by}"]


@get("/api/Reference/{source:str}/{gift_id:int}", None)
async def by_reference(source: str, gift_id: int) -> list[str]:
    """Find by reference."""
    return [source, str(gift_id)]


@get("/api/Gift/page", "gift:read", sorts={"id": "id", "name": "last_name"})
async def page_of_gifts(tx: Tx, page: PageQuery) -> list[str]:
    """Page through gifts."""
    paging = page.checked()
    return [f"{paging.skip} {paging.take} {paging.sort} {paging.descending}"]


@get("/api/Busy", None)
async def busy() -> None:
    """Refuse."""
    error = Unavailable("Too many gifts wait.")
    error.retry_after_seconds = 3
    raise error


@get("/api/Broken", None)
async def broken() -> None:
    """Fail."""
    raise RuntimeError("secret@example.org")


ROUTES: list[Route] = [
    create_gift,
    get_gift,
    delete_gift,
    list_gifts,
    by_reference,
    page_of_gifts,
    busy,
    broken,
]


async def authenticate(_db: object, token: str, product: str) -> Caller:
    scopes = {"good": {"*"}, "gifts": {"gift:*"}, "reader": {"gift:read"}}.get(token)
    if scopes is None:
        raise Unauthenticated("The token is unknown.")
    return Caller(7, product, frozenset(scopes), 1)


class Toy:
    """Both products over one fake database, behind the root."""

    def __init__(
        self, readiness: dict[str, str] | None = None, *, serves: bool = True, **settings: Any
    ) -> None:
        self.db = FakeDatabase()
        self.counter = Counter()
        checks = readiness or {"database": "ok"}
        configured = Settings(**settings)

        async def ready() -> tuple[bool, dict[str, str]]:
            return serves, checks

        self.app: ASGIApp = root_app(
            raise_app=self._product("raise", RAISE, configured),
            crm_app=self._product("crm", CRM, configured),
            console_app=None,
            settings=configured,
            readiness=ready,
            registry=CollectorRegistry(),
        )

    def _product(self, name: str, dialect: Any, settings: Settings) -> ASGIApp:
        return product_app(
            name=name,
            info={"title": f"Toy {name}", "version": "1.0"},
            routes=ROUTES,
            dialect=dialect,
            db=cast("Database", self.db),
            settings=settings,
            authenticate=authenticate,
            services={Counter: self.counter},
        )

    def ask(self, method: str, path: str, token: str | None = "good", **options: Any) -> httpx.Response:
        """One request, with a good token unless another is named."""

        async def send(client: httpx.AsyncClient) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            headers |= options.pop("headers", {})
            return await client.request(method, path, headers=headers, **options)

        return self.run(send)

    def run(self, work: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        """Run `work` with a client of the app."""

        async def session() -> Any:
            transport = httpx.ASGITransport(app=cast("Any", self.app))
            async with httpx.AsyncClient(transport=transport, base_url="http://toy.example") as client:
                return await work(client)

        return asyncio.run(session())
