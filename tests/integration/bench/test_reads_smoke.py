"""`./dev bench reads` fills organizations of two sizes and reads in both; `--against` plays two programs."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bench.payload import PROJECTS, pledges
from bench.spread import HEAVY, TREE, spread

ROOT = Path(__file__).parents[3]


def _bench(kept: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    command = [sys.executable, "-m", "bench", *arguments, "--seed", "7", "--json", str(kept)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(kept.read_text())


@pytest.mark.timeout(240)
def test_reads_are_measured_at_every_size(tmp_path: Path) -> None:
    tiny = ["--sizes", "100", "200", "--requests", "3", "--rounds", "2", "--rest-seconds", "0"]
    printed, run = _bench(tmp_path / "run.json", "reads", *tiny)
    found = run["reads"]
    assert "p99 ratio" in printed and "crm heavy contact" in printed
    assert found["sizes"] == [100, 200] and len(found["rows"]) == 18
    assert all(row["sizes"][size]["n"] >= 1 for row in found["rows"] for size in ("100", "200"))
    assert [row["gifts"] for row in found["contacts"]] == [100, 200]
    assert all(0 < row["statements of one"] <= row["statements"] for row in found["contacts"])
    assert {aim["aim"] for aim in run["aims"]} >= {"gift list, p99 ratio", "console balance, p50 ratio"}


@pytest.mark.timeout(240)
@pytest.mark.skipif(
    not (ROOT / ".venv" / "bin" / "almoner").exists(),
    reason="this checkout has no .venv to stand for another",
)
def test_two_programs_are_compared_round_by_round(tmp_path: Path) -> None:
    tiny = ["--seconds", "0.5", "--rounds", "1", "--callers", "8", "--workers", "4", "--gifts", "200"]
    printed, run = _bench(tmp_path / "run.json", "all", "--against", str(ROOT), *tiny, "--lag-seconds", "0.3")
    found = run["against"]
    assert "new / old" in printed and "no worse than 5 %" in printed
    assert found["give"]["variants"] and len(found["give"]["rows"]) == 8
    assert len(found["drain"]["variants"]) == 1 and len(found["lag"]["variants"]) == 3
    for kind in ("give", "drain", "lag"):
        assert all(row["ratio"] > 0 for row in found[kind]["variants"])
        assert {row["program"] for row in found[kind]["rows"]} == {"new", "old"}
    assert [aim["aim"] for aim in run["aims"]] == [f"{kind}, new / old" for kind in ("give", "drain", "lag")]


def test_gifts_are_spread_the_same_way_for_the_same_seed() -> None:
    codes = (*PROJECTS, *TREE)
    first, second = [list(islice(spread(pledges(3, 40), (11, 12), codes, 3), 2000)) for _ in range(2)]
    assert first == second
    assert len(codes) == 12 and {code for pledge in first for code in pledge.codes} == set(codes)
    assert {pledge.campaign_id for pledge in first} == {11, 12}
    assert 50 < sum(pledge.email == HEAVY for pledge in first) < 150
    assert all(pledge.codes[0] != pledge.codes[1] for pledge in first)
