"""What a command costs before and around its work: whole processes, beside Python alone and the cheapest command line."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.prepare import ALMONER
from bench.stand import Stand

NOTHING = "python -c pass"
PEER_HELP, PEER_LIST = "cheapest --help", "cheapest list"
CALLS: dict[str, Sequence[str]] = {
    NOTHING: (sys.executable, "-c", "pass"),
    PEER_HELP: (sys.executable, "-m", "bench.peers.command", "--help"),
    PEER_LIST: (sys.executable, "-m", "bench.peers.command", "list"),
    "almoner --help": (str(ALMONER), "--help"),
    "almoner --version": (str(ALMONER), "--version"),
    "almoner org list": (str(ALMONER), "org", "list"),
    "almoner key list": (str(ALMONER), "key", "list"),
    "almoner sync why": (str(ALMONER), "sync", "why", "--help"),
    "almoner serve --help": (str(ALMONER), "serve", "--help"),
}
"""What is called; `sync why` and `serve` with --help, which is what they import and no work."""

AIMS = {("almoner --help", PEER_HELP): 1.25, ("almoner org list", PEER_LIST): 2.0}
"""CPU over CPU, at most."""


def measure(stand: Stand, rounds: int, chance: random.Random) -> list[dict[str, Any]]:
    """Each call once a round, in another order each round, on the stand's own database; the first round is not counted.

    CPU is the operating system's account of the ended process and of what it started; PostgreSQL's is not in it.
    """
    dsn = stand.main.at.dsn
    environment = stand.environment(dsn) | {"DATABASE_URL": dsn}
    taken: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        for name in chance.sample(list(CALLS), len(CALLS)):
            taken.append({"call": name, "round": number, **_called(CALLS[name], environment)})
    return [row for row in taken if row["round"]]


def _called(command: Sequence[str], environment: dict[str, str]) -> dict[str, float]:
    """Milliseconds of CPU and of the clock that one call takes; it must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return {
        "cpu_ms": (used.ru_utime + used.ru_stime) * 1e3,
        "wall_ms": (time.perf_counter() - began) * 1e3,
    }


def table(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each call: medians, and its CPU beside Python's alone and the peer's that does the like, by round."""
    return [
        {
            "call": name,
            "cpu_ms": median(row["cpu_ms"] for row in rows if row["call"] == name),
            "wall_ms": median(row["wall_ms"] for row in rows if row["call"] == name),
            f"/ {NOTHING}": ratio(rows, name, NOTHING),
            f"/ {PEER_HELP}": ratio(rows, name, PEER_HELP),
            f"/ {PEER_LIST}": ratio(rows, name, PEER_LIST),
        }
        for name in CALLS
    ]


def ratio(rows: Sequence[dict[str, Any]], name: str, other: str) -> float:
    """The median over the rounds of one call's CPU over another's."""
    cpu = {(row["call"], row["round"]): row["cpu_ms"] for row in rows}
    rounds = {row["round"] for row in rows}
    return median(cpu[name, number] / cpu[other, number] for number in rounds)


def aims(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was aimed at beside what was seen."""
    seen = {
        f"CPU of {name} / {other}": (ratio(rows, name, other), wanted)
        for (name, other), wanted in AIMS.items()
    }
    return [
        {"aim": aim, "wanted": wanted, "seen": value, "met": value <= wanted}
        for aim, (value, wanted) in seen.items()
    ]
