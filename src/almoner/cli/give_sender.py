"""Send gives to a server over HTTP: donors side by side, the rows of one donor in file order, through outages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpx
import msgspec

from almoner.cli.gift_cells import column_of
from almoner.cli.gifts_csv import BadRow, GiftRowView
from almoner.kernel.errors import FieldError

PATH = "/raise/api/Raise/give"
AHEAD = 8
"""Rows read ahead for each request in flight, so that a busy donor does not hold the others up."""
FAILURES_MAX = 20
"""Answers of 500 to one row before it counts as bad."""
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_WAIT_SECONDS, _WAIT_SECONDS_MAX = 0.1, 1.0
_AWAY = {408, 425, 429, 502, 503, 504}
_REFUSED = {400, 402, 409, 413, 422}


class ServerAway(Exception):
    """No usable answer for longer than the patience."""


class CannotGive(Exception):
    """The server answers, but not to this caller or not at this address; the text says what to do."""


class Stored(msgspec.Struct, rename="camel"):
    """What a give answers, as far as it is needed here."""

    id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Given:
    """A row that is on the server. `is_new` tells whether this run stored it."""

    row: GiftRowView
    gift: Stored
    is_new: bool


Outcome = Given | BadRow


class Patience:
    """Waits while the server is away, longer each time, and gives up after `seconds` without one answer."""

    def __init__(self, seconds: float, say: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._say = say
        self._since: float | None = None

    def answered(self) -> None:
        """The server is there."""
        if self._since is not None:
            self._since = None
            self._say("The server is back.")

    async def wait(self, attempt: int, why: str) -> None:
        """Wait before attempt number `attempt`; `ServerAway` when there was no answer for too long."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
            self._say(f"The server is away ({why}). Waiting up to {self._seconds:g} seconds.")
        if now - self._since >= self._seconds:
            raise ServerAway(why)
        await asyncio.sleep(min(_WAIT_SECONDS_MAX, _WAIT_SECONDS * 2 ** min(attempt, 10)))


class Sender:
    """Sends rows to one server, one at a time over each of its clients."""

    def __init__(
        self,
        clients: Sequence[httpx.AsyncClient],
        *,
        patience: Patience,
        report: Callable[[Outcome], None],
    ) -> None:
        self._patience = patience
        self._report = report
        self._window = asyncio.Semaphore(len(clients) * AHEAD)
        self._free: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        for client in clients:
            self._free.put_nowait(client)
        self._last: dict[str, asyncio.Task[None]] = {}

    async def send(self, rows: Iterable[GiftRowView | BadRow]) -> None:
        """Send all rows and report each once; raises `ServerAway` or `CannotGive` and then stops at once."""
        # In a task of its own: on Python 3.11 a group that fails while it waits for its tasks leaves the task it stands in cancelling.
        await asyncio.create_task(self._send_side_by_side(rows))

    async def _send_side_by_side(self, rows: Iterable[GiftRowView | BadRow]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for row in rows:
                    if isinstance(row, BadRow):
                        self._report(row)
                        continue
                    await self._window.acquire()
                    earlier = {self._last[key] for key in row.donor if key in self._last}
                    task = tasks.create_task(self._send_after(earlier, row))
                    self._last.update(dict.fromkeys(row.donor, task))
                    task.add_done_callback(partial(self._forget, row))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def _forget(self, row: GiftRowView, done: asyncio.Task[None]) -> None:
        self._window.release()
        for key in row.donor:
            if self._last.get(key) is done:
                del self._last[key]

    async def _send_after(self, earlier: set[asyncio.Task[None]], row: GiftRowView) -> None:
        if earlier:
            await asyncio.wait(earlier)
        client = await self._free.get()
        try:
            self._report(await self._outcome(client, row))
        finally:
            self._free.put_nowait(client)

    async def _outcome(self, client: httpx.AsyncClient, row: GiftRowView) -> Outcome:
        attempt = failures = 0
        while True:
            attempt += 1
            try:
                response = await client.post(PATH, content=row.body)
            except httpx.TransportError as error:
                await self._patience.wait(attempt, type(error).__name__)
                continue
            failures += response.status_code == 500
            if response.status_code in _AWAY or (response.status_code == 500 and failures < FAILURES_MAX):
                await self._patience.wait(attempt, f"status {response.status_code}")
                continue
            self._patience.answered()
            return _read(row, response, is_repeat=attempt > 1)


def _read(row: GiftRowView, response: httpx.Response, *, is_repeat: bool) -> Outcome:
    """What `response` says of `row`. A replay after an unanswered attempt of this run is a gift of this run."""
    if response.status_code == 200:
        try:
            gift = msgspec.json.decode(response.content, type=Stored)
        except msgspec.DecodeError:
            raise CannotGive(_why_not(response)) from None
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return Given(row, gift, is_new=is_repeat or not replayed)
    if response.status_code not in _REFUSED and response.status_code < 500:
        raise CannotGive(_why_not(response))
    return BadRow(row.line, row.lines, row.key, tuple(problems(response)))


def _why_not(response: httpx.Response) -> str:
    if response.status_code == 401:
        return "The server does not accept this token. Pass a Raise token: --token or ALMONER_RAISE_TOKEN."
    if response.status_code == 403:
        return "This token may not give: it needs the scope gift:write."
    return f"{response.request.url} answers {response.status_code}: is that an Almoner server?"


def problems(response: httpx.Response) -> list[FieldError]:
    """What the server found wrong, by column of the file."""
    document = _document(response)
    code = str(document.get("code") or f"STATUS_{response.status_code}")
    errors = document.get("errors")
    if isinstance(errors, dict) and errors:
        return [
            FieldError(column_of(field), code, str(message))
            for field, messages in errors.items()
            for message in messages
        ]
    if response.status_code == 409:
        return [FieldError("sourceKey", code, "This source key was given before with other content.")]
    field = "paymentToken" if code == "PAYMENT_DECLINED" else ""
    return [
        FieldError(field, code, str(document.get("detail") or f"The server answered {response.status_code}."))
    ]


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return {}
    return document if isinstance(document, dict) else {}


@asynccontextmanager
async def clients_for(url: str, token: str, count: int) -> AsyncIterator[list[httpx.AsyncClient]]:
    """HTTP clients for the server at `url`, one connection each; proxies are not used on the way to this machine.

    One pool for all would look at every connection for every request, which took more time than the requests.
    """
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    tls = httpx.create_ssl_context()
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=url, headers=headers, timeout=_TIMEOUT, verify=tls, trust_env=not is_local(url)
                )
            )
            for _ in range(count)
        ]


def is_local(url: str) -> bool:
    """Whether `url` leads to this machine."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
