"""Statements of what a donor gave in a year: one that is asked for, and rounds of them for all donors.

A statement tells the gifts whose organization-local day lies in the year, by the receipts that hold on the day it is made. So what was
given back, even in a later year, is missing from the statement of the year of the gift, and from that alone; a statement made before tells what was so then.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Any

import asyncpg
import msgspec

from almoner.giving.receipts.errors import RunAtWork
from almoner.giving.receipts.letters import ROWS_MAX, Sayings, statement_rows, statement_said
from almoner.giving.receipts.paper import Sheet, logo_of
from almoner.giving.receipts.rules import Sum, number_text, person_of, sum_of
from almoner.giving.receipts.sayings import read_setting, sayings_of
from almoner.giving.receipts.views import StatementRunView, StatementView, run_view, statement_view
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import FieldError, NotFound, found, only
from almoner.platform.database import Server, Tx, load_queries
from almoner.platform.database.trouble import is_trouble
from almoner.platform.logger import Logger, error_facts
from almoner.platform.pace import Pace
from almoner.platform.repeating import keep_looking

_queries = load_queries(__file__)
_log = Logger(__name__)

PORTION = 100
"""Most donors of one transaction of a round."""
PORTION_ROWS = 5_000
"""Most gifts that the statements of one transaction name; one donor's are taken whatever they are."""
ROWS_AT_ONCE = 100
"""So many lines are put into words before others are served."""
EVERY_SECONDS = 1.0
PUT_OFF = timedelta(minutes=1)
"""How long a round is left alone that could not go on."""
CANNOT_GO_ON = "It could not go on ({}), which a running server tries again each minute; its log says more, at statements_not_made."
"""Why a round stands still."""
YEARS = (1900, 9998)


def checked_year(text: str) -> int:
    """The year that `text` names; `NotFound` for one that gifts cannot have."""
    year = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0
    if not YEARS[0] <= year <= YEARS[1]:
        raise NotFound(f"Gifts have years from {YEARS[0]} to {YEARS[1]}.")
    return year


async def broken_in_run() -> tuple[FieldError, ...]:
    """Nothing but what the shape of the body says."""
    return ()


async def read_statement(tx: Tx, donor_id: int, year: int) -> StatementView:
    """What a donor gave in a year, as it stands now; of one who was merged, what the survivor did. `NotFound` without the donor."""
    id_: int = (await _donor(tx, donor_id))["id"]
    sums, gifts = await _sums(tx, [id_], year), await _gifts(tx, [id_], year)
    return statement_view(id_, year, sums[id_].sums, gifts[id_])


async def sheet_of_statement(tx: Tx, donor_id: int, year: int, now: datetime, mail_from: str) -> Sheet:
    """The same as a PDF says it; the same file all day as long as nothing changes."""
    donor = await _donor(tx, donor_id)
    sayings = await sayings_of(tx, await read_setting(tx), mail_from)
    id_: int = donor["id"]
    sums, gifts = await _sums(tx, [id_], year), await _gifts(tx, [id_], year)
    today, rows = local_day(now, tx.organization.time_zone), await _rows(sayings, gifts[id_])
    said, _ = statement_said(sayings, person_of(donor, id_), year, sums[id_].sums, rows, today)
    return Sheet(said["paper"], await logo_of(tx, said["paper"]), datetime.combine(today, time(), UTC))


async def start_run(
    tx: Tx, year: int, now: datetime, *, is_mailed: bool, mails_again: bool = False
) -> StatementRunView:
    """Begin a round of statements for all donors of a year; `RunAtWork` while one is at work. Of a year without gifts it is over at once.

    Mailed, they go to those who were not sent one with the same sums before; with `mails_again` to all.
    """
    count = await _queries.donor_count_of_year(tx, year=year)
    try:
        run_id = await _queries.add_run(
            tx, year=year, is_mailed=is_mailed, mails_again=mails_again, donor_count=count, now=now
        )
    except asyncpg.UniqueViolationError:
        raise RunAtWork(f"Statements of {year} are being made already.") from None
    return await read_run(tx, run_id)


async def read_run(tx: Tx, run_id: int) -> StatementRunView:
    """A round and how far it is; `NotFound` when there is none with this id."""
    return run_view(only(await _queries.runs(tx, ids=[run_id]), "round of statements", run_id))


async def stop_run(tx: Tx, run_id: int, now: datetime) -> StatementRunView:
    """Stop a round where it is; what it made stays. One that is over stays as it is."""
    await read_run(tx, run_id)
    row = await _queries.hold_run(tx, id=run_id)
    if row is not None:
        await _moved(tx, run_id, "stopped", row["after_donor_id"], None, now)
    return await read_run(tx, run_id)


async def go_on(tx: Tx, run_id: int, now: datetime, mail_from: str, per_second: float) -> int:
    """Make the next portion of a round; answers of how many donors. Nothing is made twice: statements and progress are one transaction.

    The next portion is due when as many letters could have gone at `per_second`.
    """
    run = await _queries.hold_run(tx, id=run_id)
    if run is None:
        return 0  # another does it, or it is over
    chosen = await _queries.donors_of_year(tx, year=run["year"], after=run["after_donor_id"], most=PORTION)
    sums = await _sums(tx, [row["donor_id"] for row in chosen], run["year"])
    ids = _portion([row["donor_id"] for row in chosen], sums)
    if not ids:
        await _moved(tx, run_id, "done", run["after_donor_id"], None, now)
        return 0
    sayings = await sayings_of(tx, await read_setting(tx), mail_from)
    made = await _made(tx, ids, run["year"], sayings, sums, now)
    said, skipped = _json(made), 0
    await _queries.add_statements(tx, year=run["year"], run_id=run_id, statements=said, now=now)
    if run["is_mailed"]:
        skipped = await _mailed(tx, run, said, now)
    due = now + timedelta(seconds=(len(ids) - skipped) / per_second if run["is_mailed"] else 0)
    failed = len(ids) - len(made)
    await _moved(tx, run_id, "running", ids[-1], due, now, done=len(made), failed=failed, skipped=skipped)
    return len(ids)


async def _mailed(tx: Tx, run: Any, statements: str, now: datetime) -> int:
    """Write the letters of these statements; answers how many were left out, for they would tell nothing new."""
    told = []
    if not run["mails_again"]:
        told = [
            row["donor_id"]
            for row in await _queries.already_told(tx, run_id=run["id"], statements=statements)
        ]
    await _queries.mail_statements(tx, run_id=run["id"], statements=statements, but=told, now=now)
    return len(told)


class _Year(msgspec.Struct):
    """What a donor's year adds up to, and of how many gifts."""

    sums: list[Sum]
    gifts: int = 0


async def _sums(tx: Tx, donor_ids: Sequence[int], year: int) -> dict[int, _Year]:
    found: dict[int, _Year] = defaultdict(lambda: _Year([]))
    for row in await _queries.sums_of_year(tx, donor_ids=list(donor_ids), year=year):
        found[row["donor_id"]].sums.append(sum_of(row))
        found[row["donor_id"]].gifts += row["gifts"]
    return found


def _portion(donor_ids: Sequence[int], sums: Mapping[int, _Year]) -> list[int]:
    """So many of the donors, from the first on, as have few enough gifts together."""
    rows = list(accumulate(min(sums[each].gifts, ROWS_MAX) for each in donor_ids))
    fit = sum(count <= PORTION_ROWS for count in rows)
    return list(donor_ids[: max(fit, 1)])


async def _made(
    tx: Tx, ids: Sequence[int], year: int, sayings: Sayings, sums: Mapping[int, _Year], now: datetime
) -> list[dict[str, Any]]:
    """The statements of those donors for whom one can be made."""
    gifts = await _gifts(tx, ids, year)
    today = local_day(now, tx.organization.time_zone)
    made = []
    for donor in await _queries.donors(tx, ids=list(ids)):
        of, id_ = person_of(donor, donor["id"]), donor["id"]
        try:
            rows = await _rows(sayings, gifts[id_])
            said, _ = statement_said(sayings, of, year, sums[id_].sums, rows, today)
        except Exception as error:  # noqa: BLE001 - one donor's trouble is no other's
            _log.warning("statement_not_made", donor=id_, **error_facts(error))
            continue
        made.append({"donor_id": id_, "said": said, "sums": sums[id_].sums, "address": donor["email"]})
    return made


async def _rows(sayings: Sayings, gifts: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The lines of a statement, with a pause after each few, so that who is served meanwhile does not wait for a whole one."""
    rows: list[list[str]] = []
    for part in range(0, len(gifts), ROWS_AT_ONCE):
        rows += statement_rows(sayings, gifts[part : part + ROWS_AT_ONCE])
        await asyncio.sleep(0)
    return rows


async def _moved(
    tx: Tx,
    run_id: int,
    state: str,
    after: int,
    due_at: datetime | None,
    now: datetime,
    trouble: str | None = None,
    **counts: int,
) -> None:
    """How far a round is, or what `trouble` keeps it there; `counts` are of what was done, failed or skipped since."""
    which = {"id": run_id, "state": state, "after": after, "due_at": due_at, "trouble": trouble}
    await _queries.move_run(tx, now=now, **which, **({"done": 0, "failed": 0, "skipped": 0} | counts))


async def _donor(tx: Tx, donor_id: int) -> Any:
    """The donor whom the id means by now."""
    rows = await _queries.donors(tx, ids=[await _queries.survivor(tx, donor_id=donor_id)])
    return found(rows[0] if rows else None, "donor", donor_id)


async def _gifts(tx: Tx, donor_ids: Sequence[int], year: int) -> dict[int, list[Mapping[str, Any]]]:
    """The receipts that hold of donors' gifts of a year, by donor: the first `ROWS_MAX` of each."""
    gifts: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    found = await _queries.receipts_of_year(tx, donor_ids=list(donor_ids), year=year, most=ROWS_MAX)
    for count, row in enumerate(found, 1):
        more = {
            "number_text": number_text(row["year"], row["number"]),
            "projects": msgspec.json.decode(row["projects"]),
        }
        gifts[row["donor_id"]].append({**row, **more})
        if count % ROWS_AT_ONCE == 0:
            await asyncio.sleep(0)
    return gifts


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class StatementRunner:
    """Goes on with the rounds of one server. Any number may run: a round is one's at a time."""

    def __init__(self, server: Server, clock: Clock, mail_from: str, per_second: float) -> None:
        self._server = server
        self._clock = clock
        self._mail_from = mail_from
        self._per_second = per_second

    async def run(self, pace: Pace) -> None:
        """Work until cancelled, at its pace; what fails is tried again."""
        await keep_looking(self.look, EVERY_SECONDS, "statements_not_made", pace)

    async def look(self) -> int:
        """The next portion of each round that is due; answers of how many donors."""
        async with self._server.connection() as conn:
            due = await _queries.due_runs(conn, now=self._clock.now(), limit=8)
        return sum([await self._portion(row["organization_id"], row["id"]) for row in due])

    async def _portion(self, organization_id: int, run_id: int) -> int:
        """A portion of one round. One round's trouble is no other's: it is tried again after a while."""
        try:
            async with self._server.tenant(organization_id) as tx:
                return await go_on(tx, run_id, self._clock.now(), self._mail_from, self._per_second)
        except Exception as error:
            if is_trouble(error):
                raise
            facts = {"organization": organization_id, "run": run_id}
            _log.warning("statements_not_made", **facts, **error_facts(error))
            trouble = CANNOT_GO_ON.format(type(error).__name__)
        async with self._server.tenant(organization_id) as tx:
            now = self._clock.now()
            if (run := await _queries.hold_run(tx, id=run_id)) is not None:
                await _moved(tx, run_id, "running", run["after_donor_id"], now + PUT_OFF, now, trouble)
        return 0
