"""Before and after: this program beside another checkout of it, both in every round on one machine and one PostgreSQL.

Clients and the bare driver are this checkout's for both, so that only the program and its database differ. A program
makes its own database: `almoner org create` migrates it, and projects come through the two APIs.
"""

from __future__ import annotations

import random
import subprocess
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import drain, give, lag
from bench.line import Line, bearer
from bench.payload import PROJECTS
from bench.prepare import ALMONER, Prepared
from bench.stand import Server, Stand

NEW, OLD = "new", "old"
NO_WORSE = 0.95
"""What is left of a rate that is 5 % worse; a time may be as much longer as its inverse says."""

Run = Callable[[float, int], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Contest:
    """What both programs do in a round: `run(seconds, seed)` of each answers rows with a variant and a figure."""

    runs: dict[str, Run]


def measure(stand: Stand, other: Path, what: str, given: Namespace, chance: random.Random) -> dict[str, Any]:
    """Rows, ratios and verdicts of give, drain and lag, or of the one of them that was asked for."""
    programs = {NEW: ALMONER, OLD: almoner_of(other)}
    sides = {side: prepared(stand, almoner, f"bench_{side}") for side, almoner in programs.items()}
    found: dict[str, Any] = {"commits": {NEW: _commit(Path(__file__).parent), OLD: _commit(other)}}
    kinds = {"give": _give, "drain": _drain, "lag": _lag}
    for kind in kinds if what == "all" else (what,):
        with ExitStack() as stack:
            contests = list(kinds[kind](stand, sides, given, stack, chance))
            rounds = min(given.rounds, 3) if kind == "drain" else given.rounds
            found[kind] = _verdict(kind, _play(contests, rounds, given.seconds, chance))
    return found


def almoner_of(checkout: Path) -> Path:
    """The `almoner` of another checkout; `SystemExit` with what to do when it has none."""
    program = checkout.resolve() / ".venv" / "bin" / "almoner"
    if not program.exists():
        raise SystemExit(f"{checkout} has no .venv/bin/almoner: run its `./dev setup` first")
    return program


def prepared(stand: Stand, almoner: Path, name: str) -> Prepared:
    """A database made by `almoner`, with an organization and the two projects; uses its commands and APIs only."""
    dsn = stand.create(name)
    made = stand.command(almoner, dsn, "org", "create", "Bench House")
    at = Prepared(dsn, made["organizationId"], made["raiseToken"], made["crmToken"], almoner)
    with stand.serving(at, sync_workers=0) as server:
        raise_, crm = Line(server.port, bearer(at.token)), Line(server.port, bearer(at.crm_token))
        for code in PROJECTS:
            crm.post("/crm/api/Project", {"name": code, "projectCode": code})
            raise_.post("/raise/api/Project", {"name": code, "code": code})
        raise_.close()
        crm.close()
    return at


def _serving(stand: Stand, stack: ExitStack, at: Prepared, use: str, **settings: object) -> Server:
    """Serve a copy of a prepared database while the stack stands."""
    return stack.enter_context(stand.serving(stand.copy(at, f"{at.name}_{use}"), **settings))


def _give(
    stand: Stand, sides: dict[str, Prepared], given: Namespace, _stack: ExitStack, _chance: random.Random
) -> Iterator[Contest]:
    quiet, syncing = (
        {side: stand.copy(at, f"{at.name}_{use}") for side, at in sides.items()}
        for use in ("quiet", "syncing")
    )
    for callers in given.callers:
        for make, ats, settings in (
            (give.http_variant, quiet, {"sync_workers": 0}),
            (give.sync_variant, syncing, {}),
        ):
            yield Contest(
                {
                    side: _served_run(stand, at, partial(make, stand, callers=callers), settings)
                    for side, at in ats.items()
                }
            )
    drivers = {side: list(give.driver_variants(stand, at, given.callers)) for side, at in quiet.items()}
    for new, old in zip(drivers[NEW], drivers[OLD], strict=True):
        yield Contest({NEW: _variant_run(new), OLD: _variant_run(old)})


def _served_run(
    stand: Stand, at: Prepared, make: Callable[[Server], give.Variant], settings: Mapping[str, object]
) -> Run:
    """A program is served while it is measured and no longer: what it does afterwards would weigh on the other."""

    def run(seconds: float, seed: int) -> list[dict[str, Any]]:
        with stand.serving(at, **settings) as server:
            return _variant_run(make(server))(seconds, seed)

    return run


def _variant_run(variant: give.Variant) -> Run:
    named = {"variant": variant.name, "callers": variant.callers}
    return lambda seconds, seed: [{**named, **variant.run(seconds, seed)}]


def _drain(
    stand: Stand, sides: dict[str, Prepared], given: Namespace, _stack: ExitStack, chance: random.Random
) -> Iterator[Contest]:
    seed = chance.randrange(2**31)
    sources = {side: stand.copy(at, f"{at.name}_log") for side, at in sides.items()}
    for source in sources.values():
        drain.fill(source, given.gifts, seed)

    def run_of(source: Prepared, workers: int) -> Run:
        named = {"variant": "drain", "callers": workers}
        return lambda _seconds, _seed: [{**named, **drain.drain(stand, source, workers)}]

    for workers in given.workers:
        yield Contest({side: run_of(source, workers) for side, source in sources.items()})


def _lag(
    stand: Stand, sides: dict[str, Prepared], given: Namespace, stack: ExitStack, _chance: random.Random
) -> Iterator[Contest]:
    def run_of(server: Server) -> Run:
        return lambda _seconds, _seed: lag.measure(server, given.rate, given.lag_seconds / given.rounds)

    servers = {side: _serving(stand, stack, at, "lag") for side, at in sides.items()}
    yield Contest({side: run_of(server) for side, server in servers.items()})


def _play(
    contests: list[Contest], rounds: int, seconds: float, chance: random.Random
) -> list[dict[str, Any]]:
    """All contests in each round in another order; the two programs of a contest one right after the other.

    The seed of the data is the same for both.
    """
    rows = []
    for round_ in range(rounds):
        for contest in chance.sample(contests, len(contests)):
            seed = chance.randrange(2**31)
            for side in chance.sample((NEW, OLD), 2):
                seen = contest.runs[side](seconds, seed)
                rows += [{"program": side, "round": round_, **row} for row in seen]
    return rows


def _verdict(kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Ratios new/old round by round, by variant and over all of them, and whether they hold."""
    figure = "p99_ms" if kind == "lag" else "per_second"
    seen: dict[tuple[str, Any], dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        seen[row["variant"], row.get("callers")][row["round"]][row["program"]] = row[figure]
    variants, all_ratios = [], []
    for (variant, callers), rounds in seen.items():
        ratios = [pair[NEW] / pair[OLD] for pair in rounds.values() if all(pair.values())]
        if not ratios:  # samples so short that nothing ended within them
            continue
        all_ratios += ratios
        sides = {side: median(pair[side] for pair in rounds.values()) for side in (NEW, OLD)}
        variants.append({"variant": variant, "callers": callers, **sides, **_ratio(kind, ratios)})
    return {"figure": figure, "variants": variants, "over_all": _ratio(kind, all_ratios), "rows": rows}


def _ratio(kind: str, ratios: list[float]) -> dict[str, Any]:
    middle = median(ratios)
    holds = middle <= 1 / NO_WORSE if kind == "lag" else middle >= NO_WORSE
    return {"ratio": middle, "low": min(ratios), "high": max(ratios), "by_round": ratios, "holds": holds}


def _commit(checkout: Path) -> str:
    """Which commit a checkout is at, with a mark when it was changed since; unknown without git."""
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
