"""`almoner doctor`: look at everything Almoner stands on, and say what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from rich.table import Table
from rich.text import Text

from almoner.cli import doctor_checks as machine
from almoner.cli import doctor_database as database
from almoner.cli import doctor_gateways as gateways
from almoner.cli import doctor_mail as mail
from almoner.cli import doctor_records as records
from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.output import FAILED, AsJson, DataDir, out, print_json
from almoner.platform.location import database_for, has_database
from almoner.platform.postgres import PostgresError
from almoner.platform.program import called_with, typed
from almoner.platform.setting_sources import data_dir_named, load_settings
from almoner.platform.settings import Settings, SettingsError

MARKS = {OK: ("✔", "green"), WARNING: ("!", "bold yellow"), PROBLEM: ("✖", "bold red")}

Quick = Annotated[
    bool,
    typer.Option(
        "--quick",
        metavar="",
        help="Leave out what reads every gift: broken records, links, promises and kept figures.",
    ),
]


def command(quick: Quick = False, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check installation, data folder, database, clock, pending work and kept figures, and say what to do about each finding.

    Findings about records name the five oldest and the command that shows each, or mends it where it is broken; with `--json` as `ids` and
    `commands`.
    """
    called_with(data_dir)
    found = asyncio.run(examine(data_dir, quick=quick))
    worst = any(finding.status == PROBLEM for finding in found)
    if as_json:
        print_json({"ok": not worst, "findings": [_document(finding) for finding in found]})
    else:
        _print(found)
    if worst:
        raise typer.Exit(FAILED)


async def examine(data_dir: Path | None, *, quick: bool = False) -> list[Finding]:
    """All findings, in the order in which one thing stands on another. Never raises: a check that fails is a finding.

    `quick` leaves out what takes as long as there are many gifts.
    """
    settings, found = _settings(data_dir)
    found += [
        *_guarded("Python", machine.check_python),
        *_guarded("package", machine.check_package),
        *_guarded("PostgreSQL", lambda: machine.check_programs(settings)),
        *_guarded("clock", machine.check_steady_clock),
    ]
    folder = _guarded("data folder", lambda: machine.check_folder(settings))
    found += folder
    if any(finding.check == "data folder" and finding.status == PROBLEM for finding in folder):
        return [*found, _unseen("database", "the data folder")]
    found += _guarded("server", lambda: machine.check_server(settings))
    found += await _guarded_async("mail", mail.check_mail(settings))
    if has_database(settings):
        found += await _database(settings, quick=quick)
    else:
        found.append(Finding("database", OK, f"There is none yet: `{typed('serve')}` will make it."))
    return found


def _settings(data_dir: Path | None) -> tuple[Settings, list[Finding]]:
    """The settings; when they are broken, the defaults, so that the rest can still be looked at."""
    try:
        return load_settings(data_dir=data_dir), _guarded(
            "settings", lambda: machine.check_environment(os.environ)
        )
    except SettingsError as error:
        problem = Finding(
            "settings", PROBLEM, str(error), "Correct it; the checks below are for the defaults."
        )
        return Settings(data_dir=data_dir_named(os.environ, data_dir)), [problem]


async def _database(settings: Settings, *, quick: bool) -> list[Finding]:
    """The checks that need the database. An embedded one that is not running is started for them."""
    try:
        with database_for(settings) as located:
            look = partial(_connected, per_hour=settings.requests_per_hour, quick=quick)
            found = await look(located.dsn, located.app_dsn)
            for name, address in settings.further.items():
                owner = settings.further_owned[name]
                found += [_on(name, finding) for finding in await look(owner, address)]
            return [
                *found,
                *await _guarded_async("directory", database.check_directory(located.app_dsn, settings)),
                *await _guarded_async("gateways", gateways.check_gateways(located.app_dsn, settings)),
            ]
    except PostgresError as error:
        return [
            Finding("database", PROBLEM, str(error), "Mend that first; the database's own checks come after.")
        ]
    except Exception as error:  # noqa: BLE001 - a doctor that dies helps nobody
        return [_broken("database", error)]


async def _connected(dsn: str, app_dsn: str, *, per_hour: int, quick: bool) -> list[Finding]:
    try:
        conn = await asyncpg.connect(dsn, timeout=10)
    except (*database.REACHING, ValueError, TimeoutError) as error:
        text = f"It does not answer: {str(error) or type(error).__name__}"
        return [
            Finding("database", PROBLEM, text, "Check its address in the settings, and that its server runs.")
        ]
    try:
        checks: list[tuple[str, AsyncIterator[Finding]]] = [
            ("database", database.check_version(conn)),
            ("migrations", database.check_migrations(conn)),
            ("row-level security", database.check_guards(conn)),
            ("database clock", database.check_clock(conn)),
            ("event logs", database.check_logs(conn)),
        ]
        found: list[Finding] = []
        for name, check in checks:
            found += await _guarded_async(name, check)
            if found[-1].check == "tables" and found[-1].status != OK:
                return [*found, _unseen("sync backlog", "the tables")]
    finally:
        await conn.close()
    if any(finding.check == "migrations" and finding.status != OK for finding in found):
        return [*found, _unseen("sync backlog", "the migrations")]
    found += await _guarded_async("application login", database.check_login(app_dsn))
    found += await _guarded_async("sync backlog", database.check_work(app_dsn))
    found += await _guarded_async("keys", database.check_keys(app_dsn))
    found += await _guarded_async("rate limits", database.check_rate_limits(app_dsn, per_hour))
    if quick:
        return found
    found += await _guarded_async("records", records.check_records(app_dsn))
    found += await _guarded_async("links", records.check_links(app_dsn))
    found += await _guarded_async("promises", records.check_promises(app_dsn))
    return [*found, *await _guarded_async("kept figures", records.check_figures(app_dsn))]


def _unseen(check: str, foundation: str) -> Finding:
    return Finding(check, WARNING, "Not looked at.", f"Mend {foundation} first; this stands on it.")


def _on(server: str, finding: Finding) -> Finding:
    return replace(finding, check=f"{server}: {finding.check}")


def _guarded(name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:  # noqa: BLE001 - a doctor that dies helps nobody
        return [_broken(name, error)]


async def _guarded_async(name: str, check: AsyncIterator[Finding]) -> list[Finding]:
    found: list[Finding] = []
    try:
        async for finding in check:
            found.append(finding)  # noqa: PERF401 - what was found before a failure is kept
    except Exception as error:  # noqa: BLE001 - as above
        found.append(_broken(name, error))
    return found


def _broken(name: str, error: Exception) -> Finding:
    text = f"This check itself failed ({type(error).__name__}: {error})."
    return Finding(name, PROBLEM, text, "Report it, with this sentence.")


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "status": finding.status,
        "text": finding.text,
        "advice": finding.advice,
        "ids": list(finding.ids),
        "commands": list(finding.commands),
    }


def _print(found: list[Finding]) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in found:
        table.add_row(Text(*MARKS[finding.status]), Text(finding.check), Text(finding.text))
        if finding.advice:
            table.add_row("", "", Text(f"→ {finding.advice}", style="cyan"))
        for command in finding.commands:
            table.add_row("", "", Text(f"  {command}", style="cyan"))
    out.print(table, highlight=False)
    problems, warnings = (sum(f.status == status for f in found) for status in (PROBLEM, WARNING))
    out.print(f"\nProblems: {problems}. Warnings: {warnings}.", style="bold", highlight=False)
