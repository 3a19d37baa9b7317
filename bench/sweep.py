"""Full sweeps of an organization's gifts over HTTP, page by page, each beside a hand-written read of the same rows, in turn."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import msgspec

from bench.crowd import Crowd
from bench.stand import Server, Stand, cpu_of

TAKE = 1_000
PARTS = 10
"""Parts of a sweep whose rates are compared: it should be as fast at its end as at its beginning."""
ROWS, FULL = "/crm/api/Gift/Query", "/crm/api/Gift/Query/FullGift"
BY_CURSOR, BY_ID = "by cursor", "by Gift Id GreaterThan"
BY_HAND = "by hand"

_BY_HAND = """
SELECT g.*, c.name, (SELECT json_agg(json_build_object('id', d.id, 'minor', d.amount_minor, 'project', p.name, 'code', p.project_code) ORDER BY d.ordinal)::text
    FROM crm.designation d JOIN crm.project p ON p.organization_id = $1 AND p.id = d.project_id
    WHERE d.organization_id = $1 AND d.gift_id = g.id) AS parts
FROM crm.gift g JOIN crm.contact c ON c.organization_id = $1 AND c.id = g.contact_id
WHERE g.organization_id = $1 AND g.id > $2 ORDER BY g.id LIMIT 1000
"""


class _Row(msgspec.Struct):
    id: int


class _Page(msgspec.Struct):
    rows: list[_Row] = msgspec.field(name="list")


_page = msgspec.json.Decoder(_Page)


def measure(at: Stand, crowd: Crowd, rounds: int, chance: random.Random) -> list[dict[str, Any]]:
    """Sweep all gifts `rounds` times in each way, in random order; rows a second, and what a page costs the server."""
    token = crowd.at.crm_token
    ways: dict[str, Callable[[Server], Iterator[int]]] = {
        f"rows, {BY_CURSOR}": lambda server: _http(server, token, ROWS, by_cursor=True),
        f"rows, {BY_ID}": lambda server: _http(server, token, ROWS, by_cursor=False),
        f"full gifts, {BY_CURSOR}": lambda server: _http(server, token, FULL, by_cursor=True),
        BY_HAND: lambda _: _by_hand(crowd),
    }
    rows: list[dict[str, Any]] = []
    with at.serving(crowd.at, sync_workers=0) as server:
        for way in ways.values():
            next(way(server))  # connections, plans and caches as they are in the middle of the day
        for number in range(rounds):
            for name in chance.sample(list(ways), len(ways)):
                rows.append({"round": number, "sweep": name, **_swept(ways[name](server), server, crowd)})
    return rows


def table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Medians of each way, and its rate over that of the read by hand in the same round."""
    by_hand = {row["round"]: row["rows_s"] for row in rows if row["sweep"] == BY_HAND}
    told = []
    for name in dict.fromkeys(row["sweep"] for row in rows):
        mine = [row for row in rows if row["sweep"] == name]
        told.append(
            {
                "sweep": name,
                **{
                    key: statistics.median(row[key] for row in mine)
                    for key in ("rows_s", "end_over_start", "cpu_us_row")
                },
                "over_hand": statistics.median(row["rows_s"] / by_hand[row["round"]] for row in mine),
            }
        )
    return told


def _swept(pages: Iterator[int], server: Server, crowd: Crowd) -> dict[str, Any]:
    """One sweep to its end: rows a second, and how fast its last part was beside its first."""
    began, cpu = time.perf_counter(), cpu_of(server.process)
    marks, swept = [began], 0
    for rows in pages:
        swept += rows
        if swept >= crowd.gifts * len(marks) // PARTS:
            marks.append(time.perf_counter())
    ended = time.perf_counter()
    if swept != crowd.gifts:
        raise RuntimeError(f"a sweep of {crowd.gifts} gifts met {swept}")
    return {
        "rows_s": swept / (ended - began),
        "end_over_start": (marks[1] - marks[0]) / (marks[-1] - marks[-2]),
        "cpu_us_row": (cpu_of(server.process) - cpu) / swept * 1e6,
    }


def _http(server: Server, token: str, path: str, *, by_cursor: bool) -> Iterator[int]:
    """Sweep as a client does that reads no more of a page than where it goes on; how many rows each page has."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body: dict[str, Any] = {"sortBy": "Gift Id"}
    address = f"{path}?take={TAKE}"
    try:
        while True:
            connection.request("POST", address, json.dumps(body), headers)
            answer = connection.getresponse()
            found = _page.decode(answer.read()).rows
            if answer.status != http.client.OK:
                raise RuntimeError(f"a page was answered {answer.status}")
            yield len(found)
            if by_cursor:
                if (cursor := answer.headers["X-Next-Cursor"]) is None:
                    return
                address = f"{path}?take={TAKE}&cursor={cursor}"
            elif len(found) < TAKE:
                return
            else:
                after = {"parameter": "Gift Id", "operator": "GreaterThan", "value": str(found[-1].id)}
                body = {"groups": [{"conditions": [after]}], "sortBy": "Gift Id"}
    finally:
        connection.close()


def _by_hand(crowd: Crowd) -> Iterator[int]:
    """The same rows by the cheapest statement for a page, without an API."""
    with asyncio.Runner() as runner:
        conn: asyncpg.Connection[Any] = runner.run(asyncpg.connect(crowd.at.dsn))
        statement = runner.run(conn.prepare(_BY_HAND))
        last = 0
        while page := runner.run(statement.fetch(crowd.at.organization_id, last)):
            last = page[-1]["id"]
            yield len(page)
        runner.run(conn.close())
