"""Projects that change, one or many: all that is broken is found, all is written at once, the tree and its figures follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from almoner.crm.custom_fields.service import fields_of
from almoner.crm.projects.errors import ProjectCodeTaken, code_taken
from almoner.crm.projects.rules import NEW, revised, temporary
from almoner.crm.projects.service import read_project, records
from almoner.crm.projects.views import ProjectView
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, found
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import unknown
from almoner.platform.wire import encode_json, told

_queries = load_queries(__file__)

FOLLOWS = ("lifeToDate", "calendarYear", "givingByCurrency", "modified")
"""How fields begin that move by themselves: no change of a project keeps what they were."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is said of one project, by fields; `at` is where that stands in the body, and `also` columns that need no check."""

    project_id: int
    said: Mapping[str, Any]
    at: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)


async def replace_project(tx: Tx, project_id: int, said: Mapping[str, Any], now: datetime) -> ProjectView:
    """The project with these fields, of which those that are not named stay. `NotFound`, `Invalid` or `ProjectCodeTaken` when it cannot be.

    With another parent it moves with all below it, in the same transaction: what was given counts above it as if it had always been there.
    """
    await write(tx, [Change(project_id, said)], now)
    return await read_project(tx, project_id, now)


async def set_status(tx: Tx, project_id: int, status: str, minutes: int | None, now: datetime) -> None:
    """Let a project's inventory be in this state: for so many minutes, or for good. `NotFound` without the project."""
    await write(tx, [Change(project_id, {}, also=temporary(status, minutes, now))], now)


async def broken_in(tx: Tx, changes: Sequence[Change], now: datetime) -> list[FieldError]:
    """Everything that keeps `write` from carrying out `changes`; null stands for what could not be read."""
    _, errors = await _judged(tx, changes, now)
    return errors


async def write(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """Carry out all `changes`, each of another project, or none; those that say nothing new are no change and no event.

    `Invalid` names every broken field of all of them, `ProjectCodeTaken` the codes in use when nothing else is broken; of a change that is
    the whole body `NotFound`, when there is no such project. Whoever moves projects waits until the gifts that are being written are.
    """
    ids = [change.project_id for change in changes]
    await _hold(tx, changes)
    rows, errors = await _judged(tx, changes, now)
    if errors:
        raise _refusal(errors)
    were = {row["id"]: row for row in await _queries.rows(tx, ids=ids)}
    for change in changes:
        found(were.get(change.project_id), "project", change.project_id)
    moved = [row for row in rows if row["parent_id"] != were[row["id"]]["parent_id"]]
    before = await records(tx, ids, now)
    versions = await _written(tx, rows, now)
    if moved:
        moved_ids = [row["id"] for row in moved]
        parents = [were[number]["parent_id"] for number in moved_ids]
        day = local_day(now, tx.organization.time_zone)
        await _queries.move_projects(tx, ids=moved_ids, were=parents, day=day)
    await _announce(tx, before, await records(tx, list(versions), now), versions, _kept(rows, were), now)


async def _hold(tx: Tx, changes: Sequence[Change]) -> None:
    """Hold the tree where a parent is named, alone when somebody moves, and then the projects.

    Who waits for the tree holds no project and no tree, so nobody waits in a circle: of what turned out to be a move while it waited, the
    shared hold is given back.
    """
    named = {change.project_id: change.said["parent_id"] for change in changes if "parent_id" in change.said}
    if named:
        await tx.conn.execute("SAVEPOINT before_the_tree")
        if not await _moves(tx, named):
            await _queries.keep_tree(tx)
        if await _moves(tx, named):
            await tx.conn.execute("ROLLBACK TO SAVEPOINT before_the_tree")
            await _queries.hold_tree(tx)
    await _queries.lock(tx, ids=[change.project_id for change in changes])


async def _moves(tx: Tx, named: Mapping[int, int | None]) -> bool:
    """Whether one of the projects has another parent than is named."""
    rows = await _queries.rows(tx, ids=list(named))
    return any(row["parent_id"] != named[row["id"]] for row in rows)


async def _judged(
    tx: Tx, changes: Sequence[Change], now: datetime
) -> tuple[list[dict[str, Any]], list[FieldError]]:
    """Each project as its row is to be, and everything that is broken."""
    ids, currency = [change.project_id for change in changes], tx.organization.currency
    fields = await fields_of(tx, "Project")
    rows = {row["id"]: row for row in await _queries.rows(tx, ids=ids)}
    given = {row["project_id"]: row["minor"] for row in await _queries.given(tx, ids=ids, currency=currency)}
    wanted: list[dict[str, Any]] = []
    errors = [*_misnamed(changes, rows)]
    for change in changes:
        was, amount = rows.get(change.project_id, NEW), int(given.get(change.project_id, 0))
        try:
            columns = revised(change.said, was, amount, currency, fields, now)
        except Invalid as refused:
            errors += _at(change, refused.fields)
        else:
            wanted.append({**was, **columns, **change.also})
    return wanted, [*errors, *await _wrong_parents(tx, changes), *await _taken(tx, changes)]


def _misnamed(changes: Sequence[Change], rows: Mapping[int, Any]) -> Iterable[FieldError]:
    """Elements of a list that name no project, or one that is named before."""
    seen: set[int] = set()
    for change in changes:
        if change.at and change.project_id not in rows:
            yield FieldError(f"{change.at}id", "UNKNOWN", f"There is no project {change.project_id}.")
        elif change.project_id in seen:
            text = f"Project {change.project_id} is named twice: say all that changes of it at once."
            yield FieldError(f"{change.at}id", "INCONSISTENT", text)
        seen.add(change.project_id)


async def _wrong_parents(tx: Tx, changes: Sequence[Change]) -> list[FieldError]:
    """Parents that are not there, and those that would make a project a part of itself."""
    named = {
        f"{change.at}parentId": change.said["parent_id"] for change in changes if "parent_id" in change.said
    }
    strange = await unknown(tx, "crm.project", named)
    moved = {change.project_id: change for change in changes if "parent_id" in change.said}
    if not moved:
        return strange
    rows = await _queries.below_themselves(
        tx, ids=list(moved), parent_ids=[change.said["parent_id"] for change in moved.values()]
    )
    text = "A project cannot be a part of itself, nor of one that is below it."
    circular = [FieldError(f"{moved[row['id']].at}parentId", "CIRCULAR", text) for row in rows]
    return [*strange, *circular]


async def _taken(tx: Tx, changes: Sequence[Change]) -> list[FieldError]:
    """Codes that another project has, or another change of these wants."""
    codes = [
        (change, code, fold_code(code)) for change in changes if (code := change.said.get("project_code"))
    ]
    rows = await _queries.codes_taken(tx, code_keys=[key for _, _, key in codes]) if codes else ()
    holders = {row["code_key"]: row["id"] for row in rows}
    return [
        code_taken(code, f"{change.at}projectCode")
        for change, code, key in codes
        if holders.setdefault(key, change.project_id) != change.project_id
    ]


def _at(change: Change, errors: Iterable[FieldError]) -> Iterable[FieldError]:
    return (replace(error, field=f"{change.at}{error.field}") for error in errors)


def _refusal(errors: Sequence[FieldError]) -> Invalid | ProjectCodeTaken:
    if all(error.code == "TAKEN" for error in errors):
        return ProjectCodeTaken(*errors)
    return Invalid("One or more fields are invalid.", fields=tuple(errors))


async def _written(tx: Tx, rows: Iterable[Mapping[str, Any]], now: datetime) -> dict[int, int]:
    """The versions of those of the projects that are otherwise since."""
    projects = [
        {
            **row,
            "code_key": fold_code(row["project_code"]),
            "custom_values": msgspec.Raw(row["custom_values"].encode()),
        }
        for row in rows
    ]
    try:
        changed = await _queries.change(tx, projects=encode_json(projects).decode(), now=now)
    except asyncpg.UniqueViolationError as error:
        raise asyncpg.SerializationError("another transaction took the code at the same moment") from error
    return {row["id"]: row["version"] for row in changed}


def _kept(rows: Iterable[Mapping[str, Any]], were: Mapping[int, Any]) -> set[int]:
    """Those of the projects whose balances nobody set: what they are moves with gifts alone."""
    columns = ("beginning_balance_minor", "balance_change_minor")
    return {row["id"] for row in rows if all(row[name] == were[row["id"]][name] for name in columns)}


async def _announce(
    tx: Tx,
    before: Iterable[ProjectView],
    since: Iterable[ProjectView],
    versions: Mapping[int, int],
    kept: set[int],
    now: datetime,
) -> None:
    """Append an event for each project that changed, with the old values of what it is told to be otherwise."""
    was = {view.id: told(view) for view in before}
    changes = [
        {"id": view.id, "version": versions[view.id], "data": _old(was[view.id], told(view), view.id in kept)}
        for view in since
    ]
    if changes:
        await _queries.announce_changes(tx, changes=encode_json(changes).decode(), now=now)


def _old(was: Mapping[str, Any], since: Mapping[str, Any], balance_kept: bool) -> dict[str, Any]:
    return {
        name: value
        for name, value in was.items()
        if value != since[name]
        and not name.startswith(FOLLOWS)
        and not (balance_kept and name == "currentBalance")
    }
