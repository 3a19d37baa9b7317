"""`almoner give`: bring a file of gifts to a running server, through its public API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import asyncpg
import httpx
import typer

from almoner.cli.csv_rows import ENCODINGS, GiftsFileError
from almoner.cli.gifts_csv import BadRow, GiftsReader, Layout, Survey, open_text, survey
from almoner.cli.give_report import RejectsFile, Tally, lines_of
from almoner.cli.give_sender import CannotGive, Outcome, Patience, Sender, ServerAway, clients_for, is_local
from almoner.cli.output import (
    FAILED,
    OK,
    UNAVAILABLE,
    USAGE,
    AsJson,
    DataDir,
    err,
    fail,
    id_of,
    opened_database,
    out,
    print_json,
    run,
    server_of,
    settings_from,
)
from almoner.cli.progress import Shown, shown_on
from almoner.kernel.clock import SystemClock
from almoner.platform.database import Tx
from almoner.platform.location import place_of
from almoner.platform.organizations.service import Authenticator, create_key, extend_key, revoke_key
from almoner.platform.postgres import PostgresError, running_dsn
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.tenants.choice import chosen_organization

KEY_NAME = "almoner give"
KEY_SECONDS_MIN = 900.0
"""How long the key of a run that was killed is good for at most; longer when more patience was asked for."""
_AWAY = (OSError, PostgresError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send, where, and how."""

    source: Path
    url: str
    rejects: Path
    concurrency: int
    patience: float
    encoding: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of it: the exit code, and a sentence when it ended before the file did."""

    tally: Tally
    code: int
    stopped: str | None = None


Source = Annotated[
    Path,
    typer.Option("--from", metavar="FILE", help="The file of gifts (columns: docs/reference/gifts-csv.md)."),
]
Url = Annotated[
    str,
    typer.Option(
        metavar="URL", help="Address of the server; without it, of the one that runs on the data folder."
    ),
]
Token = Annotated[
    str,
    typer.Option(
        envvar="ALMONER_RAISE_TOKEN",
        metavar="TOKEN",
        help="Raise token. None: a key is made beside a local server, and revoked at the end; of a run that is killed it ends by itself within"
        " 15 minutes, or twice `--patience`.",
    ),
]
OrgWithoutToken = Annotated[
    int | None,
    typer.Option(
        "--org", metavar="ID", parser=id_of, help="Organization id, when there are several and no token."
    ),
]
Rejects = Annotated[Path | None, typer.Option(metavar="FILE", help="Where rejected rows are listed.")]
Concurrency = Annotated[int, typer.Option(metavar="N", min=1, max=256, help="Requests at the same time.")]
Seconds = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="Seconds to wait for a server that is away.")
]
Encoding = Annotated[
    str, typer.Option(metavar="NAME", help=f"Text encoding of the file: {', '.join(ENCODINGS)}.")
]


def command(  # noqa: PLR0913 - one parameter for each option
    *,
    source: Source,
    url: Url = "",
    token: Token = "",
    org: OrgWithoutToken = None,
    rejects: Rejects = None,
    concurrency: Concurrency = 16,
    patience: Seconds = 120.0,
    encoding: Encoding = ENCODINGS[0],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give every row of a CSV file. Running it again is harmless: what is there already is left alone."""
    listed = rejects or source.parent / f"{source.stem}.rejects.csv"
    settings = settings_from(data_dir)
    address = _checked_url(url or server_of(settings).local)
    plan = Plan(source, address, listed, concurrency, patience, encoding.lower())
    if plan.encoding not in ENCODINGS:
        fail(f"Encoding is one of: {', '.join(ENCODINGS)}.", USAGE)
    if listed.resolve() == source.resolve():
        fail(
            "The list of rejected rows would overwrite the file of gifts. Name another file with --rejects.",
            USAGE,
        )
    try:
        surveyed = survey(source, plan.encoding)
        ending = run(_give(plan, surveyed, token, org, settings))
    except GiftsFileError as error:
        fail(str(error), USAGE)
    _print(ending, plan, as_json=as_json)
    raise typer.Exit(ending.code)


def _checked_url(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        fail("Write the server's address as http://HOST:PORT.", USAGE)
    return text.rstrip("/")


async def _give(plan: Plan, surveyed: Survey, token: str, org: int | None, settings: Settings) -> Ending:
    with open_text(plan.source, plan.encoding) as text, shown_on(err, surveyed.lines, "lines", 1) as shown:
        reader = GiftsReader(text, surveyed.digest)
        for warning in warnings(reader.layout):
            shown.say(warning)
        async with _token(plan, token, org, settings) as usable:
            return await _send(plan, reader, usable, shown)


async def _send(plan: Plan, reader: GiftsReader, token: str, shown: Shown) -> Ending:
    tally, listed = Tally(), RejectsFile(plan.rejects)

    def report(outcome: Outcome) -> None:
        tally.add(outcome)
        if isinstance(outcome, BadRow):
            listed.add(outcome)
        shown.advance(lines_of(outcome), tally.short())

    try:
        async with clients_for(plan.url, token, plan.concurrency) as clients:
            await Sender(clients, patience=Patience(plan.patience, shown.say), report=report).send(reader)
    except ServerAway as away:
        reason = f"{plan.url} does not answer ({away}). Run the same command again when it does: nothing is given twice."
        return Ending(tally, UNAVAILABLE, reason)
    except CannotGive as refusal:
        return Ending(tally, USAGE, str(refusal))
    finally:
        listed.close()
    return Ending(tally, FAILED if tally.rejected else OK)


def warnings(layout: Layout) -> list[str]:
    """What a person should know about the columns before the rows are sent."""
    found = []
    if layout.unknown:
        found.append(f"Columns that are not known are ignored: {', '.join(layout.unknown)}.")
    if not layout.has_source_keys:
        found.append(
            "The file has no column sourceKey, so its rows are known by the file's content: send it again only"
            " unchanged, and put mended rows into a file of their own."
        )
    return found


@asynccontextmanager
async def _token(plan: Plan, given: str, org: int | None, settings: Settings) -> AsyncIterator[str]:
    """The token to use: the given one, or a key of this run that is revoked at its end."""
    if given:
        yield given
        return
    if not is_local(plan.url):
        fail("A token is needed: --token or ALMONER_RAISE_TOKEN.", USAGE)
    if not settings.database_url and running_dsn(settings.data_dir) is None:
        fail(
            f"No server runs on {place_of(settings)}. Start one with: {typed('serve')}; or pass --token.",
            UNAVAILABLE,
        )
    life = timedelta(seconds=max(KEY_SECONDS_MIN, 2 * plan.patience))
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            token = await create_key(
                tx, "raise", KEY_NAME, ("gift:write",), expires_at=SystemClock().now() + life
            )
        key_id = (await Authenticator(db, 0.0)(None, token, "raise")).key_id
    lease = Lease(settings, organization_id, key_id, life)
    renewing = asyncio.create_task(lease.renew())
    try:
        yield token
    finally:
        renewing.cancel()
        await lease.end()


@dataclass(frozen=True, slots=True)
class Lease:
    """The key of a run: it lives on while the run does, and not much longer, however the run ends."""

    settings: Settings
    organization_id: int
    key_id: int
    life: timedelta

    async def renew(self) -> None:
        """Put the key's end off, again and again; when the database is away, at the next turn."""
        while True:
            await asyncio.sleep(self.life.total_seconds() / 4)
            with suppress(*_AWAY):
                async with self._transaction() as tx:
                    await extend_key(tx, self.key_id, SystemClock().now() + self.life)

    async def end(self) -> None:
        """Revoke the key; when the database is away it ends by itself."""
        with suppress(*_AWAY):
            async with self._transaction() as tx:
                await revoke_key(tx, self.key_id, SystemClock().now())

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Tx]:
        async with opened_database(self.settings) as db, db.tenant(self.organization_id) as tx:
            yield tx


def _print(ending: Ending, plan: Plan, *, as_json: bool) -> None:
    rejects = str(plan.rejects) if ending.tally.rejected else None
    if as_json:
        print_json({**ending.tally.document(), "rejects": rejects, "stopped": ending.stopped})
    else:
        for line in ending.tally.lines():
            out.print(line, highlight=False)
    if rejects and not as_json:
        out.print(f"The rejected rows and their reasons are in {rejects}.", markup=False, highlight=False)
    if ending.stopped:
        fail(ending.stopped, ending.code)
