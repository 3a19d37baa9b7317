"""The tables of `day`, of `reads`, of `start`, of `sweep`, of `load-gifts` and of `--against`, and what they add to a run's aims."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench import day, load_gifts, reads, start, sweep
from bench.report import print_rows, ratios, summary


def show_reads(found: dict[str, Any], document: dict[str, Any]) -> None:
    """Print what reads cost at every size and keep it."""
    print_rows(
        "Reads: milliseconds; ratios of the largest organization over the smallest",
        reads.table(found["rows"]),
    )
    print_rows("Whole contacts in process, beside the bare statements", found["contacts"])
    document["reads"] = found
    document["aims"] += reads.aims(found["rows"], found["contacts"])


def show_start(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print what a command's start costs and keep it."""
    print_rows("Starts: milliseconds of whole processes; CPU over another call's", start.table(rows))
    document["start"] = {"rows": rows}
    document["aims"] += start.aims(rows)


def show_queries(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print queries beside what a person would write by hand, and keep them; the aims are of the selective ones."""
    print_rows("Queries: milliseconds of a page with its total, ours and by hand", rows)
    document["queries"] = {"rows": rows}
    worst = max(row["p99_ms"] for row in rows if row["selective"])
    slowest = max(row["ratio"] for row in rows if row["selective"])
    popular = next(row for row in rows if "popular project" in row["query"] and not row["selective"])
    for aim, wanted, seen in (
        ("selective queries, p99 ms", 50.0, worst),
        ("selective queries, p50 over that by hand at most", 2.0, slowest),
        ("a page of a popular project's designations, p50 ms", 10.0, popular["p50_ms"]),
    ):
        document["aims"].append({"aim": aim, "wanted": wanted, "seen": seen, "met": seen < wanted})


def show_deep(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print what a page behind many others costs when it is asked for by `skip`, and keep it."""
    print_rows(
        "Pages of 1,000 rows behind others by skip: milliseconds, beside the page of ids by hand", rows
    )
    document["deep"] = {"rows": rows}


def show_sweep(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print full sweeps beside the read by hand and keep them."""
    told = sweep.table(rows)
    print_rows("Sweeps of all gifts by pages of 1,000: medians; CPU of the web server", told)
    document["sweep"] = {"table": told, "rows": rows}
    (by_cursor,) = [row for row in told if row["sweep"] == f"rows, {sweep.BY_CURSOR}"]
    (full,) = [row for row in told if row["sweep"] == f"full gifts, {sweep.BY_CURSOR}"]
    for aim, wanted, seen in (
        ("full gifts by cursor, rows a second", 20_000.0, full["rows_s"]),
        ("full gifts over the read by hand", 0.5, full["over_hand"]),
        ("a sweep by cursor, rows a second", 20_000.0, by_cursor["rows_s"]),
        ("its last tenth over its first", 0.9, by_cursor["end_over_start"]),
    ):
        document["aims"].append({"aim": aim, "wanted": wanted, "seen": seen, "met": seen >= wanted})


def show_load(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print loads of gifts beside what a person would write by hand and what an ORM does, and keep them."""
    merged, found = summary(rows), ratios(rows, load_gifts.RATIOS)
    print_rows(
        "Loading gifts: gifts a second, medians; CPU in microseconds a gift; latencies of a call", merged
    )
    print_rows("Ratios of rates, by round", [{"ratio": key, **value} for key, value in found.items()])
    document["load-gifts"] = {"summary": merged, "ratios": found, "rows": rows}
    for row in merged:
        if row["variant"] in (load_gifts.HTTP, load_gifts.SERVICE):
            seen = row["per_second"]
            aim = {"aim": f"{row['variant']}, gifts a second", "wanted": load_gifts.AIM, "seen": seen}
            document["aims"].append({**aim, "met": seen >= load_gifts.AIM})


def show_tree(rows: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Print rollups of a large tree beside what a person would write by hand, and keep them."""
    print_rows("A tree of 10,000 projects: milliseconds of a read, ours and by hand", rows)
    document["tree"] = {"rows": rows}
    seen = max(row["p50_ms"] for row in rows if "kept sum" in row["read"])
    aim = {"aim": "a rollup of 10,000 projects, p50 ms", "wanted": 5.0, "seen": seen, "met": seen < 5.0}
    document["aims"].append(aim)


def show_against(found: dict[str, Any], document: dict[str, Any]) -> None:
    """Print new beside old and keep it; one aim for each kind of measurement, over all its variants and rounds."""
    commits = found["commits"]
    document["against"] = found
    for kind in [kind for kind in ("give", "drain", "lag") if kind in found]:
        title = f"{kind}: {found[kind]['figure']}, new ({commits['new']}) beside old ({commits['old']})"
        print_rows(title, [_line(row) for row in found[kind]["variants"]])
        over_all = found[kind]["over_all"]
        wanted = "p99 <= 1.05" if kind == "lag" else ">= 0.95"
        seen = f"{over_all['ratio']:.3f} ({over_all['low']:.2f}-{over_all['high']:.2f})"
        aim = {"aim": f"{kind}, new / old", "wanted": wanted, "seen": seen, "met": over_all["holds"]}
        document["aims"].append(aim)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    line = {key: row[key] for key in ("variant", "callers", "new", "old")}
    line |= {"new / old": f"{row['ratio']:.3f}", "range": f"{row['low']:.2f}-{row['high']:.2f}"}
    return line | {"no worse than 5 %": "yes" if row["holds"] else "NO"}


def show_day(found: day.Measured, document: dict[str, Any]) -> None:
    """Print what the day and the year did to give, beside the peers, and how many such days fit in one; keep all of it."""
    at = found.day
    print_rows(
        f"{at.on}: {at.gifts:,} gifts, {at.mean_minor / 100:.2f} on average. Medians of rates and CPU, percentiles of all answers",
        day.table(found),
    )
    print_rows("Receipts and their letters, while nobody gives", [day.paper_costs(found.receipts)])
    told = ratios([*found.rows, *found.peers], day.RATIOS)
    print_rows("Ratios of rates, by round", [{"ratio": key, **value} for key, value in told.items()])
    print_rows("Such days in a day", day.days(found))
    document["day"] = {**asdict(found), "days": day.days(found), "ratios": told}
    document["aims"] += day.aims(found)
