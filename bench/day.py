"""The greatest day of a year of online gifts as load on give: by the timetable of its own pace and of paces far above it, and without a pause.

Beside it, in the same rounds, the bare driver and FastAPI over the ORM. In the end both sides hold what was answered, to the cent.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from statistics import median
from typing import Any

from bench.drain import await_empty
from bench.give import Variant, driver_variants, http_variant
from bench.prepare import Prepared, value
from bench.sample import percentiles
from bench.stand import Server, Stand, cpu_of, run_module
from bench.year import DAY_SECONDS, Day, Stretch, as_a_year, as_one_day, busiest

CONNECTIONS = 64
OWN, HOUR, YEAR, TOP = (
    "the day at its own pace",
    "the day in an hour",
    "the year, that day as if in ten minutes",
    f"without a pause, {CONNECTIONS} connections",
)
BARE, BARE_ONE, PEER = "driver, 64 a call", "driver, one a call", "fastapi + orm http"
RATIOS = {
    f"without a pause / {name}": ((TOP, CONNECTIONS), (name, callers))
    for name, callers in ((BARE, 2), (BARE_ONE, CONNECTIONS), (PEER, CONNECTIONS))
}
LENGTHS = {OWN: 5.0, HOUR: 2.0, YEAR: 5.0, TOP: 1.0}
"""How long each sample is, in `--seconds`: of few gifts a second a longer one."""
RECEIPTS_LENGTH, LETTERS_MIN = 2.0, 100
"""For how many `--seconds` of a round only letters are sent, and how many at least, once all gifts are in the CRM and all receipts are written."""
PAPERS_SECONDS_MAX, LOOK_SECONDS = 30.0, 0.5

_BOOKS = """
SELECT json_build_array(
    (SELECT count(*) FROM giving.gift), (SELECT coalesce(sum(amount_minor), 0) FROM giving.gift),
    (SELECT count(*) FROM crm.gift), (SELECT coalesce(sum(amount_minor), 0) FROM crm.gift),
    (SELECT coalesce(sum(amount_minor), 0) FROM crm.designation))::text
"""
_PAPERS = """
SELECT json_build_array((SELECT count(*) FROM giving.receipt), (SELECT count(*) FROM giving.donor_letter WHERE state = 'sent'))::text
"""
_UNREAD = """
SELECT bool_or(c.after_id < (SELECT max(e.id) FROM giving.event e WHERE e.part = c.part))
FROM platform.event_cursor c WHERE c.log = 'giving' AND c.consumer = 'receipts'
"""
_WAITING = "SELECT count(*) FROM giving.donor_letter WHERE state <> 'sent'"


@dataclass(slots=True)
class Books:
    """What was answered with 200 in the whole run, and what was not."""

    gifts: int = 0
    amount_minor: int = 0
    errors: int = 0

    def add(self, seen: dict[str, Any]) -> None:
        """Count what one sample saw."""
        self.gifts += seen["gifts"]
        self.amount_minor += seen["amount_minor"]
        self.errors += seen["errors"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples of ours and of the peers, of receipts alone; the greatest day; what was answered and what is stored."""

    day: Day
    rows: list[dict[str, Any]] = field(default_factory=list)
    peers: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    answered: Books = field(default_factory=Books)
    stored: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _House:
    """Where ours is measured, how long a sample is, and the load by name."""

    stand: Stand
    at: Prepared
    seconds: float
    loads: dict[str, list[Stretch]]


def measure(
    stand: Stand, year: Sequence[Day], seconds: float, rounds: int, chance: random.Random
) -> Measured:
    """In every round ours and the peers in another order; ours is served only while it is measured, for receipts are written in any quiet moment."""
    house = _House(stand, stand.database("bench_day"), seconds, loads(year, seconds))
    peers = list(_peers(stand, stand.database("bench_bare")))
    found = Measured(busiest(year))
    for round_ in range(rounds):
        for is_ours in chance.sample((True, False), 2):
            if is_ours:
                _ours(house, round_, chance, found)
                continue
            for variant in chance.sample(peers, len(peers)):
                row = variant.run(seconds, chance.randrange(2**31))
                found.peers.append(
                    {"variant": variant.name, "callers": variant.callers, "round": round_, **row}
                )
    found.stored.update(books(house.at.dsn))
    return found


def loads(year: Sequence[Day], seconds: float) -> dict[str, list[Stretch]]:
    """The timetables by name; of the load without a pause only amounts and length count."""
    day = busiest(year)
    return {
        OWN: as_one_day(day, LENGTHS[OWN] * seconds, DAY_SECONDS),
        HOUR: as_one_day(day, LENGTHS[HOUR] * seconds, 3600.0),
        YEAR: as_a_year(year, LENGTHS[YEAR] * seconds, 600.0),
        TOP: as_one_day(day, LENGTHS[TOP] * seconds, DAY_SECONDS),
    }


def _peers(stand: Stand, at: Prepared) -> Iterator[Variant]:
    """On a database of their own that nobody serves: nothing is synced there, and no receipt written."""
    yield from driver_variants(stand, at, (CONNECTIONS,))
    yield replace(http_variant(stand, stand.peer("bench.peers.fastapi_app", at), CONNECTIONS), name=PEER)


def _ours(house: _House, round_: int, chance: random.Random, found: Measured) -> None:
    with house.stand.serving(house.at) as server:
        for name in chance.sample(list(house.loads), len(house.loads)):
            await_empty(house.at.dsn)
            found.rows.append({"round": round_, **_sample(house, server, name, chance, found.answered)})
        await_empty(house.at.dsn)
        found.receipts.append({"variant": "receipts", "round": round_, **_receipts(house, server)})


def _sample(
    house: _House, server: Server, name: str, chance: random.Random, answered: Books
) -> dict[str, Any]:
    arguments = ["--port", str(server.port), "--seed", str(chance.randrange(2**31))]
    arguments += ["--stretches", json.dumps([astuple(stretch) for stretch in house.loads[name]])]
    arguments += ["--connections", str(CONNECTIONS if name == TOP else 0)]
    web, database, began = cpu_of(server.process), house.stand.postgres_cpu(), time.monotonic()
    seen = run_module("bench.day_client", arguments, house.at.token)
    await_empty(house.at.dsn)
    took, gifts = time.monotonic() - began, max(seen["gifts"], 1)
    answered.add(seen)
    return {
        "variant": name,
        "callers": CONNECTIONS,
        "in_crm_per_second": gifts / took,
        "web_cpu_us": (cpu_of(server.process) - web) / gifts * 1e6,
        "postgres_cpu_us": (house.stand.postgres_cpu() - database) / gifts * 1e6,
        **seen,
    }


def _receipts(house: _House, server: Server) -> dict[str, Any]:
    """What receipts take while nobody gives and nothing is synced: until all are written, letters going out beside; then letters alone.

    The first letter after that is left out: for it the fonts are read.
    """
    dsn, least = house.at.dsn, RECEIPTS_LENGTH * house.seconds
    written, beside, first, _ = _papers(house, server, lambda *_: not value(dsn, _UNREAD))
    _papers(house, server, lambda letters, _: letters > 0)
    _, letters, second, took = _papers(
        house, server, lambda letters, seconds: letters >= LETTERS_MIN and seconds >= least
    )
    return {
        "written": written,
        "letters_beside": beside,
        "written_cpu": first,
        "letters": letters,
        "letters_cpu": second,
        "per_second": letters / took,
        "letters_left": int(value(dsn, _WAITING)),
    }


def _papers(
    house: _House, server: Server, is_enough: Callable[[int, float], bool]
) -> tuple[int, int, float, float]:
    """Receipts written and letters sent until it `is_enough` (by letters and seconds), but no longer than `PAPERS_SECONDS_MAX`; the seconds that
    the server and PostgreSQL had of the processor, and the clock's.
    """
    began = time.monotonic()
    receipts, letters = json.loads(value(house.at.dsn, _PAPERS))
    cpu, more, sent, took = cpu_of(server.process) + house.stand.postgres_cpu(), 0, 0, 0.0
    while took < PAPERS_SECONDS_MAX and not is_enough(sent, took):
        time.sleep(LOOK_SECONDS)
        now_receipts, now_letters = json.loads(value(house.at.dsn, _PAPERS))
        more, sent, took = now_receipts - receipts, now_letters - letters, time.monotonic() - began
    return more, sent, cpu_of(server.process) + house.stand.postgres_cpu() - cpu, took


def paper_costs(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Milliseconds of processor time of a letter with its PDF, and of writing a receipt: what both took together, less the letters."""
    letters, written = sum(row["letters"] for row in rows), sum(row["written"] for row in rows)
    letter = sum(row["letters_cpu"] for row in rows) / max(letters, 1)
    rest = sum(row["written_cpu"] - row["letters_beside"] * letter for row in rows)
    return {
        "written": written,
        "letters": letters + sum(row["letters_beside"] for row in rows),
        "letters_per_second": median(row["per_second"] for row in rows),
        "receipt_cpu_ms": max(rest, 0.0) / max(written, 1) * 1e3,
        "letter_cpu_ms": letter * 1e3,
        "letters_left": rows[-1]["letters_left"],
    }


def books(dsn: str) -> dict[str, int]:
    """Gifts and their cents on both sides, and the cents of the CRM's designations."""
    names = ("giving_gifts", "giving_minor", "crm_gifts", "crm_minor", "designated_minor")
    return dict(zip(names, json.loads(value(dsn, _BOOKS)), strict=True))


def table(found: Measured) -> list[dict[str, Any]]:
    """One row for each load, percentiles over the answers of all rounds; then the peers."""
    rows = [_told(name, [row for row in found.rows if row["variant"] == name]) for name in LENGTHS]
    names = dict.fromkeys(row["variant"] for row in found.peers)
    return rows + [_peer_told(name, [row for row in found.peers if row["variant"] == name]) for name in names]


def _told(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    p50, p99, most = percentiles([ms for row in rows for ms in row["milliseconds"]], 0.5, 0.99, 1.0)
    return {
        "load": name,
        "gifts": sum(row["gifts"] for row in rows),
        "errors": sum(row["errors"] for row in rows),
        "per_second": median(row["per_second"] for row in rows),
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": most,
        "client_late_ms": max(row["late_ms_max"] for row in rows),
        **{
            key: median(row[key] for row in rows)
            for key in ("client_cpu_us", "web_cpu_us", "postgres_cpu_us")
        },
    }


def _peer_told(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    keys = ("per_second", "p50_ms", "p99_ms", "client_cpu_us", "web_cpu_us", "postgres_cpu_us")
    values = {key: [row[key] for row in rows if row[key] is not None] for key in keys}
    return {"load": name, "errors": 0} | {key: median(seen) for key, seen in values.items() if seen}


def days(found: Measured) -> list[dict[str, Any]]:
    """How many such days fit in a day: by what is answered, by what is in the CRM, and by what the peers take."""
    tops = [row for row in found.rows if row["variant"] == TOP]
    rates = {
        "answered, with sync and receipts beside": median(row["per_second"] for row in tops),
        "in the CRM, from the first gift to the last": median(row["in_crm_per_second"] for row in tops),
        "receipts sent, while nobody gives": median(row["per_second"] for row in found.receipts),
    }
    for name in dict.fromkeys(row["variant"] for row in found.peers):
        rates[name] = median(row["per_second"] for row in found.peers if row["variant"] == name)
    return [
        {"what": what, "per_second": rate, "days_in_a_day": rate * DAY_SECONDS / found.day.gifts}
        for what, rate in rates.items()
    ]


def aims(found: Measured) -> list[dict[str, Any]]:
    """No gift without a 200; as many stored as answered, on both sides, to the cent; and at least that day in a day."""
    answered, stored = found.answered, found.stored
    lost = max(abs(stored[key] - answered.gifts) for key in ("giving_gifts", "crm_gifts"))
    sums = ("giving_minor", "crm_minor", "designated_minor")
    cents = max(abs(stored[key] - answered.amount_minor) for key in sums)
    fit = min(row["days_in_a_day"] for row in days(found)[:3])
    return [
        {"aim": "gifts that had no 200", "wanted": 0, "seen": answered.errors, "met": not answered.errors},
        {
            "aim": "gifts that either side has more or less than were answered",
            "wanted": 0,
            "seen": lost,
            "met": not lost,
        },
        {"aim": "cents that either side has more or less", "wanted": 0, "seen": cents, "met": not cents},
        {
            "aim": "such days in a day: answered, synced and receipted",
            "wanted": 1.0,
            "seen": fit,
            "met": fit >= 1,
        },
    ]
