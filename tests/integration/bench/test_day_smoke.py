"""`./dev bench day` gives by a timetable of days, and says whether the books hold what was answered."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.day import OWN, TOP, YEAR, Books, Measured, aims, paper_costs
from bench.year import Day, Stretch, amount, as_a_year, as_one_day, busiest, read_year, timetable

ROOT = Path(__file__).parents[3]
HEAD = "date,sum,refund_sum,donations,refunds,avg,max,ytdsum,ytdloss,week_day\n"
SMALL = (
    HEAD + "2031-01-01,1000.50,0.0,100,0,10.005,400.0,0,0.0,Wed\n2031-01-02,0.0,0.0,0,0,0.0,0.0,0,0.0,Thu\n"
)
GREAT = "2031-01-03,4654553.61,0.0,345101,0,13.4875,10000.0,0,0.0,Fri\n"


@pytest.fixture
def year_file(tmp_path: Path) -> Path:
    """A year of three days, on one of which nobody gave."""
    file = tmp_path / "year.csv"
    file.write_text(SMALL + GREAT)
    return file


def test_the_year_is_read_and_its_busiest_day_is_found(year_file: Path) -> None:
    days = read_year(year_file)
    assert [day.on for day in days] == ["2031-01-01", "2031-01-03"]
    assert busiest(days).gifts == 345_101
    assert busiest(days).most_minor == 1_000_000
    assert days[0].mean_minor == pytest.approx(1000.5)


def test_gifts_are_due_at_the_rate_of_their_day() -> None:
    days = [Day("a", 100, 1000.0, 5000), Day("b", 300, 1000.0, 5000), Day("c", 100, 1000.0, 5000)]
    plan = as_a_year(days, 30.0, 1.0)
    due = [at for at, _ in timetable(plan, random.Random(5))]
    assert due == sorted(due) and due[0] > 0 and due[-1] < 30
    seen = Counter(int(at // 10) for at in due)
    assert [seen[n] / 10 for n in range(3)] == pytest.approx([100, 300, 100], rel=0.1)
    own = [
        at
        for at, _ in timetable(
            as_one_day(Day("d", 345_101, 1349.0, 1_000_000), 600.0, 86_400.0), random.Random(6)
        )
    ]
    assert len(own) / 600 == pytest.approx(345_101 / 86_400, rel=0.1)


def test_amounts_have_the_mean_of_their_day_and_none_is_above_its_greatest() -> None:
    chance = random.Random(7)
    drawn = [amount(Stretch(1, 1, 1349.0, 20_000), chance) for _ in range(20_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(1349.0, rel=0.05)
    assert max(drawn) == 20_000 and min(drawn) == 100


@pytest.mark.timeout(300)
def test_a_day_is_given_and_stands_in_the_books(year_file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    done = _bench("--data", str(year_file), "--seconds", "0.4", "--rounds", "1", "--json", str(kept))
    assert done.returncode == 0, done.stderr
    assert "2031-01-03: 345,101 gifts" in done.stdout and "Such days in a day" in done.stdout
    assert "letter_cpu_ms" in done.stdout
    run = json.loads(kept.read_text())
    assert {"machine", "day", "aims"} <= run.keys()
    assert {OWN, TOP, YEAR} <= {row["variant"] for row in run["day"]["rows"]}
    answered, stored = run["day"]["answered"], run["day"]["stored"]
    assert answered["gifts"] == stored["giving_gifts"] == stored["crm_gifts"] > 0
    assert (
        answered["amount_minor"]
        == stored["giving_minor"]
        == stored["crm_minor"]
        == stored["designated_minor"]
    )
    assert [aim["met"] for aim in run["aims"][:3]] == [True, True, True]


def test_without_the_file_it_says_so_and_measures_nothing(tmp_path: Path) -> None:
    done = _bench("--data", str(tmp_path / "none.csv"), "--json", str(tmp_path / "run.json"))
    assert done.returncode == 1
    assert "NOT MEASURED" in done.stderr and "none.csv is missing" in done.stderr
    assert not (tmp_path / "run.json").exists()


@pytest.mark.parametrize("differs", ["giving_gifts", "crm_gifts", "crm_minor", "designated_minor"])
def test_what_is_answered_and_not_stored_is_an_aim_that_is_not_met(differs: str) -> None:
    row: dict[str, Any] = {"variant": TOP, "per_second": 1000.0, "in_crm_per_second": 900.0}
    stored = {"giving_gifts": 2, "giving_minor": 10, "crm_gifts": 2, "crm_minor": 10, "designated_minor": 10}
    whole = Measured(Day("d", 345_101, 1349.0, 1), [row], [], [{"per_second": 50.0}], Books(2, 10, 0), stored)
    assert all(aim["met"] for aim in aims(whole))
    stored[differs] -= 1
    assert sum(not aim["met"] for aim in aims(whole)) == 1


def test_a_receipt_costs_what_its_letters_leave_of_the_time() -> None:
    row = {"written": 10, "letters_beside": 4, "written_cpu": 0.05, "letters": 20, "letters_cpu": 0.2}
    seen = paper_costs([row | {"per_second": 7.0, "letters_left": 3}])
    assert (seen["written"], seen["letters"], seen["letters_left"]) == (10, 24, 3)
    assert seen["letter_cpu_ms"] == pytest.approx(10.0)
    assert seen["receipt_cpu_ms"] == pytest.approx(1.0)


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "day", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
