"""The donors of `./dev bench day`, from a process of its own: on a timetable whether or not others were answered, or without a pause.

Every gift that was sent is waited for, so that what was answered can be compared with the books to the cent.
"""

from __future__ import annotations

import argparse
import gc
import json
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.load import SEND_BYTES, Connection, request_head
from bench.payload import Pledge, body
from bench.year import Stretch, gifts, without_end

REST_SECONDS_MAX = 3.0
"""The server closes a connection that rests for five seconds: one that rested for longer than this is taken no more."""
GIVE_UP_SECONDS = 30.0


@dataclass(slots=True)
class Seen:
    """What came of the gifts: milliseconds to each answer, how many had a 200 and their sum, how many had not."""

    milliseconds: list[float] = field(default_factory=list)
    gifts: int = 0
    amount_minor: int = 0
    errors: int = 0
    late_ms_max: float = 0.0
    connections: int = 0


class Lines:
    """Connections that are kept; a gift that finds none free opens another, so that none waits for another's answer."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._at = (host, port)
        self._head = request_head(token, f"{host}:{port}")
        self._selector = selectors.DefaultSelector()
        self._free: deque[Connection] = deque()
        self.asked: dict[Connection, tuple[float, int]] = {}
        self.seen = Seen()

    def give(self, pledge: Pledge, due: float) -> None:
        """Send one gift, which was due at `due`."""
        content = body(pledge)
        connection = self._take()
        self.asked[connection] = (due, pledge.amount_minor)
        connection.send(b"%b%d\r\n\r\n%b" % (self._head, len(content), content))

    def collect(self, seconds: float) -> list[float]:
        """Take what is answered within `seconds`, or at the first answer; the milliseconds that each 200 took."""
        took = []
        for key, _ in self._selector.select(seconds):
            connection: Connection = key.data
            try:
                whole = connection.receive()
            except OSError:
                self._lose(connection)
                continue
            if whole and (ms := self._note(connection)) is not None:
                took.append(ms)
        self.seen.milliseconds += took
        return took

    def give_up(self) -> None:
        """Those that were not answered are errors."""
        self.seen.errors += len(self.asked)
        self.asked.clear()

    def _note(self, connection: Connection) -> float | None:
        due, minor = self.asked.pop(connection)
        self._free.append(connection)
        if connection.got[9:12] != b"200":
            self.seen.errors += 1
            return None
        self.seen.gifts += 1
        self.seen.amount_minor += minor
        return (time.perf_counter() - due) * 1e3

    def _lose(self, connection: Connection) -> None:
        """The server closed it: a rest that was too long, or a gift without an answer."""
        self._selector.unregister(connection.sock)
        connection.sock.close()
        if self.asked.pop(connection, None):
            self.seen.errors += 1
        else:
            self._free.remove(connection)

    def _take(self) -> Connection:
        """The one that was used last, so that the others may rest until they are closed."""
        if self._free and time.perf_counter() - self._free[-1].sent_at < REST_SECONDS_MAX:
            return self._free.pop()
        connection = Connection(socket.create_connection(self._at))
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        connection.sock.setblocking(False)
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)
        self.seen.connections += 1
        return connection


def on_timetable(lines: Lines, source: Iterator[tuple[float, Pledge]]) -> float:
    """Give each gift when it is due; answers seconds from the beginning to the last answer."""
    begin = time.perf_counter()
    for after, pledge in source:
        due = begin + after
        while (wait := due - time.perf_counter()) > 0:
            lines.collect(wait)
        lines.seen.late_ms_max = max(lines.seen.late_ms_max, -wait * 1e3)
        lines.give(pledge, due)
        lines.collect(0)
    _await_answers(lines)
    return time.perf_counter() - begin


def without_pause(
    lines: Lines, source: Iterator[tuple[float, Pledge]], connections: int, warm_up: float, seconds: float
) -> float:
    """So many donors, each of whom gives again once answered; answers gifts a second after the warm-up.

    The milliseconds of the warm-up, and of what was still under way at the end, are left out; their gifts are counted.
    """
    for _ in range(connections):
        lines.give(next(source)[1], time.perf_counter())
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    measured: list[float] = []
    while (now := time.perf_counter()) < end:
        took = lines.collect(0.1)
        if now >= begin:
            measured += took
        for _ in range(connections - len(lines.asked)):
            lines.give(next(source)[1], time.perf_counter())
    _await_answers(lines)
    lines.seen.milliseconds = measured
    return len(measured) / seconds


def _await_answers(lines: Lines) -> None:
    deadline = time.perf_counter() + GIVE_UP_SECONDS
    while lines.asked and time.perf_counter() < deadline:
        lines.collect(0.1)
    lines.give_up()


def run(lines: Lines, given: argparse.Namespace) -> dict[str, Any]:
    """Give what was asked for; answers what was seen."""
    stretches = [Stretch(*stretch) for stretch in json.loads(given.stretches)]
    cpu = time.process_time()
    if given.connections:
        source = without_end(stretches[0], given.seed)
        rate = without_pause(lines, source, given.connections, given.warm_up, stretches[0].seconds)
    else:
        seconds = on_timetable(lines, gifts(stretches, given.seed))
        rate = lines.seen.gifts / seconds
    seen = lines.seen
    return {
        "per_second": rate,
        "gifts": seen.gifts,
        "amount_minor": seen.amount_minor,
        "errors": seen.errors,
        "milliseconds": [round(ms, 3) for ms in seen.milliseconds],
        "late_ms_max": seen.late_ms_max,
        "connections": seen.connections,
        "client_cpu_us": (time.process_time() - cpu) / max(seen.gifts, 1) * 1e6,
    }


def main() -> None:
    """Run as a process: arguments in, one JSON document out; the token comes on standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--stretches", required=True, help="JSON: lists of seconds, rate, mean and greatest amount"
    )
    parser.add_argument(
        "--connections", type=int, default=0, help="donors without a pause; 0: by the timetable"
    )
    parser.add_argument("--warm-up", type=float, default=0.3)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    gc.disable()
    print(json.dumps(run(Lines(given.host, given.port, sys.stdin.readline().strip()), given)))


if __name__ == "__main__":
    main()
