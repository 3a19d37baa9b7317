"""`./dev bench sweep` meets every gift in each way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.bench.test_reads_smoke import _bench as bench


@pytest.mark.timeout(240)
def test_all_gifts_are_swept_in_each_way(tmp_path: Path) -> None:
    printed, run = bench(tmp_path / "run.json", "sweep", "--sizes", "2500", "--rounds", "1")
    assert "rows, by cursor" in printed
    assert {row["sweep"] for row in run["sweep"]["table"]} == {
        "rows, by cursor",
        "rows, by Gift Id GreaterThan",
        "full gifts, by cursor",
        "by hand",
    }
    assert all(row["rows_s"] > 0 for row in run["sweep"]["rows"])
