"""Closed-loop HTTP load from one process of its own: every connection sends its next gift when the last is answered.

Plain sockets under a selector: no HTTP library's cost falls on the machine that is measured. It prints one JSON
document with what it saw and with its own processor time per request, so its share can be judged in every run.
"""

from __future__ import annotations

import argparse
import gc
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator

from bench.payload import body, pledges
from bench.sample import Sample, percentiles

PATH = "/raise/api/Raise/give"
SEND_BYTES = 131_072
"""A request is written in one go: the largest, of 100 gifts, has some 30 kB."""


class Connection:
    """A kept-alive connection and the answer that is coming in on it."""

    __slots__ = ("got", "need", "sent_at", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.got = b""
        self.need = 0
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Write one request; it is small enough for the socket's buffer."""
        self.got, self.need = b"", 0
        self.sent_at = time.perf_counter()
        if self.sock.send(request) != len(request):
            raise OSError("the request did not fit into the socket's buffer")

    def receive(self) -> bool:
        """Take what has come; True when the answer is whole."""
        data = self.sock.recv(65536)
        if not data:
            raise OSError("the server closed the connection")
        self.got = self.got + data if self.got else data
        if not self.need:
            head = self.got.find(b"\r\n\r\n")
            if head < 0:
                return False
            self.need = head + 4 + _content_length(self.got[:head])
        return len(self.got) >= self.need


def _content_length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    end = lower.find(b"\r\n", start)
    return int(lower[start : end if end >= 0 else None])


def request_head(token: str, host: str) -> bytes:
    """A give request up to the number of its body's bytes."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: ".encode()


def requests(token: str, host: str, seed: int) -> Iterator[bytes]:
    """Endless give requests as they go over the wire."""
    start = request_head(token, host)
    for pledge in pledges(seed):
        content = body(pledge)
        yield b"%b%d\r\n\r\n%b" % (start, len(content), content)


def run(
    host: str, port: int, source: Iterator[bytes], connections: int, warm_up: float, seconds: float
) -> Sample:
    """Load `host:port` and answer what was seen after the warm-up. Requests in flight at the end are not counted."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = Connection(socket.create_connection((host, port)))
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        connection.sock.setblocking(False)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
        connection.send(next(source))
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    latencies: list[float] = []
    total, errors, now = 0, 0, 0.0
    cpu = time.process_time()
    while now < end:
        for key, _ in selector.select(0.1):
            connection = key.data
            if not connection.receive():
                continue
            now = time.perf_counter()
            total += 1
            if connection.got[9:12] != b"200":
                errors += 1
            elif begin <= now < end:
                latencies.append(now - connection.sent_at)
            connection.send(next(source))
        now = time.perf_counter()
    cpu = time.process_time() - cpu
    p50, p99 = percentiles(latencies, 0.5, 0.99)
    return Sample(len(latencies) / seconds, p50 * 1e3, p99 * 1e3, total, errors, cpu / max(total, 1) * 1e6)


def main() -> None:
    """Run as a process: arguments in, one JSON document out; the token comes on standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--warm-up", type=float, default=0.3)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    gc.disable()
    source = requests(sys.stdin.readline().strip(), f"{given.host}:{given.port}", given.seed)
    sample = run(given.host, given.port, source, given.connections, given.warm_up, given.seconds)
    print(json.dumps(sample.document()))


if __name__ == "__main__":
    main()
