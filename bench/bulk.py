"""Gifts of the CRM over `POST /crm/api/Gift/Bulk` from one process of its own, 100 a request: `bench/load.py` with other requests."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bench.gifts import text, wishes
from bench.load import run
from bench.peers.connect import crm_arguments

PATH = "/crm/api/Gift/Bulk"


def requests(token: str, given: argparse.Namespace) -> Iterator[bytes]:
    """Endless bulk requests as they go over the wire."""
    source = wishes(given.seed, given.first_contact, given.contacts)
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{given.port}\r\nAuthorization: Bearer {token}\r\n"
    start = f"{head}Content-Type: application/json\r\nContent-Length: ".encode()
    while True:
        content = text(list(islice(source, given.batch)))
        yield b"%b%d\r\n\r\n%b" % (start, len(content), content)


def main() -> None:
    """Run as a process: arguments in, one JSON document out, whose figures are by gift but for the latencies, which are a request's."""
    parser = crm_arguments(by_http=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    gc.disable()
    source = requests(sys.stdin.readline().strip(), given)
    seen = run("127.0.0.1", given.port, source, given.callers, given.warm_up, given.seconds)
    by_gift = replace(
        seen,
        per_second=seen.per_second * given.batch,
        total=seen.total * given.batch,
        client_cpu_us=seen.client_cpu_us / given.batch,
    )
    print(json.dumps(by_gift.document()))


if __name__ == "__main__":
    main()
