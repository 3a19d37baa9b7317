"""Who may come in, and how long each may keep us waiting: all connections of one process, in all and by address.

Connections that wait for their client are kept in the order in which they began to: so the one that has waited longest is found at
once when another needs its place.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from enum import IntEnum
from itertools import islice
from typing import Protocol

from prometheus_client import Counter as Metric

from almoner.kernel.errors import AlmonerError, Unavailable
from almoner.platform.logger import Logger, error_facts
from almoner.platform.settings import Settings

_log = Logger(__name__)

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 0.5
"""When all places are taken, whoever has kept us waiting for longer makes room: the last packet of a head comes within a round trip."""
LINGER_SECONDS = 2.0
"""How long a refused connection stays open, so that what the client still sends does not make it lose the answer."""
LINGERING_MAX = 64
ASKED = 64
"""How many that could make room are asked."""

REFUSED = Metric(
    "almoner_connections_refused", "Connections that were refused or given up, by reason.", ("reason",)
)

FULL = "The server has as many connections as it takes. Try again shortly."
FULL_FOR_YOU = "There are as many connections from this address as the server takes from one. Close some, or use them again."


class Phase(IntEnum):
    """What a connection waits for."""

    NEW = 0
    """Its first byte."""
    HEAD = 1
    """The rest of a request line and its headers."""
    BODY = 2
    """The rest of a body."""
    IDLE = 3
    """Another request."""
    BUSY = 4
    """Us."""
    CLOSING = 5
    """Its end: it was refused or given up, and has a moment to take what was written."""
    LAST = 6
    """Its end, after an answer that it may take all the time for that an answer may take."""
    GONE = 7
    """Nothing: it has left."""


class RequestTimeout(AlmonerError):
    """The headers or the body did not arrive within `head_seconds` or `body_seconds`."""

    status = 408
    code = "REQUEST_TIMEOUT"
    title = "The request did not arrive in time."


class Connection(Protocol):
    """What the door knows of a connection."""

    phase: Phase
    since: float
    address: str
    is_proven: bool
    """Whether it was used for a request that was answered: who only comes to hold a place has none."""

    def refuse(self, error: AlmonerError, reason: str) -> None:
        """Answer with `error`, if that can still be told, and close."""

    def close(self) -> None:
        """Close without a word."""

    def is_kept_by_us(self) -> bool:
        """Whether we are who does not read."""

    def has_unsent(self) -> bool:
        """Whether the client has yet to take some of what was written."""

    def abort(self) -> None:
        """Drop it with all that was not sent yet."""


ENDING = (Phase.CLOSING, Phase.LAST)


class Door:
    """The connections of one process, and its limits."""

    def __init__(self, settings: Settings, connections_max: int | None = None) -> None:
        """`connections_max` stands for the setting where the machine allows fewer."""
        self.settings = settings
        self._most = connections_max or settings.connections_max
        self._by_address: Counter[str] = Counter()
        self._count = 0
        self.seen = 0
        """How many connections there were in all."""
        self._strangers: dict[Connection, None] = {}
        self._proven: dict[Connection, None] = {}
        self._unread: dict[Connection, float] = {}
        late = settings.head_seconds, "late_head"
        self._limits = {
            Phase.NEW: late,
            Phase.HEAD: late,
            Phase.BODY: (settings.body_seconds, "late_body"),
            Phase.IDLE: (settings.idle_seconds, "idle"),
            Phase.CLOSING: (LINGER_SECONDS, "closing"),
            Phase.LAST: (settings.body_seconds, "unread"),
        }

    @property
    def connections(self) -> int:
        """How many are in, those among them that are ending."""
        return self._count

    def may_linger(self, connection: Connection) -> bool:
        """Whether it may stay open after it was refused: few are beyond the limits, in all and of an address."""
        own = self._by_address[connection.address]
        most = self.settings.address_connections_max
        return own <= most + LINGERING_MAX and self._count < self._most + LINGERING_MAX

    def enter(self, connection: Connection) -> None:
        """Let one in, or refuse it: one that waits for its client makes room when all places are taken."""
        own = self._by_address[connection.address]
        self.seen += 1
        self._count += 1
        self._by_address[connection.address] = own + 1
        if own >= self.settings.address_connections_max:
            if not self._make_room(connection.address):
                connection.refuse(Unavailable(FULL_FOR_YOU), "address_full")
        elif self._count > self._most and not self._make_room(None):
            connection.refuse(Unavailable(FULL), "full")

    def leave(self, connection: Connection) -> None:
        """One is closed."""
        self._count -= 1
        self._by_address[connection.address] -= 1
        if not self._by_address[connection.address]:
            del self._by_address[connection.address]
        self._forget(connection)
        self._unread.pop(connection, None)
        connection.phase = Phase.GONE

    def wait(self, connection: Connection, phase: Phase, now: float) -> None:
        """One begins to wait for something else."""
        if connection.phase is Phase.GONE:
            return
        self._forget(connection)
        connection.phase, connection.since = phase, now
        if phase is not Phase.BUSY:
            (self._proven if connection.is_proven else self._strangers)[connection] = None

    def _forget(self, connection: Connection) -> None:
        self._strangers.pop(connection, None)
        self._proven.pop(connection, None)

    def unread(self, connection: Connection, since: float | None) -> None:
        """One does not take what we send it since then, or takes it again."""
        if since is None:
            self._unread.pop(connection, None)
        else:
            self._unread[connection] = since

    async def keep(self) -> None:
        """Give up who is overdue, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                self.look(asyncio.get_running_loop().time())
            except Exception as error:  # noqa: BLE001 - without it nobody would be given up any more
                _log.error("door_look_failed", **error_facts(error))

    def look(self, now: float) -> None:
        """Give up who is overdue at `now`, in the loop's time."""
        for connection in [*self._strangers, *self._proven]:
            seconds, reason = self._limits[connection.phase]
            if connection.is_kept_by_us():
                self.wait(connection, connection.phase, now)
            elif now - connection.since > seconds:
                self._give_up(connection, seconds, reason)
        for connection, since in list(self._unread.items()):
            if now - since > self.settings.body_seconds:
                REFUSED.labels("unread").inc()
                connection.abort()

    def _make_room(self, address: str | None) -> bool:
        """Close one that waits, of this address or of any: a stranger that has waited longest, else one that rests."""
        now = asyncio.get_running_loop().time()
        for one in self._candidates(self._strangers, address):
            if now - one.since > PATIENCE_SECONDS:
                self._give_up(one, PATIENCE_SECONDS, "made_room")
                return True
        for one in self._candidates(self._proven, address):
            if one.phase is Phase.IDLE or now - one.since > PATIENCE_SECONDS:
                self._give_up(one, PATIENCE_SECONDS, "made_room")
                return True
        return self._drop_unread(address, now)

    def _drop_unread(self, address: str | None, now: float) -> bool:
        """Drop one that has not taken its answer for a while, if there is any."""
        for one, since in self._unread.items():
            if now - since > LINGER_SECONDS and address in (None, one.address):
                REFUSED.labels("unread").inc()
                self._forget(one)
                del self._unread[one]
                one.abort()
                return True
        return False

    def _give_up(self, connection: Connection, seconds: float, reason: str) -> None:
        """End one: each makes room once. It leaves when its transport is closed, which is soon, but not at once."""
        if connection.phase in ENDING:
            if connection.phase is Phase.LAST:
                REFUSED.labels(reason).inc()
            self._forget(connection)
            connection.abort()
        elif connection.phase in (Phase.HEAD, Phase.BODY):
            what = "headers" if connection.phase is Phase.HEAD else "body"
            text = f"The request's {what} did not arrive within {seconds:g} seconds."
            connection.refuse(RequestTimeout(text), reason)
        elif connection.has_unsent():
            self._forget(connection)
            connection.abort()
        else:
            connection.close()

    @staticmethod
    def _candidates(among: dict[Connection, None], address: str | None) -> Iterator[Connection]:
        of_address = (
            one for one in among if (address is None or one.address == address) and not one.is_kept_by_us()
        )
        return islice(of_address, ASKED)
