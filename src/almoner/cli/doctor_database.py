"""The doctor's checks of the database: reachable, up to date, every tenant's rows guarded, work getting done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import asyncpg

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.giving import contract as giving
from almoner.giving.payments import service as payments
from almoner.giving.receipts.waiting import Waiting, waiting
from almoner.platform.database import Connection, load_queries, open_database
from almoner.platform.database.connection import APP_ROLE
from almoner.platform.database.files import MigrationError, known_tables, load_files
from almoner.platform.database.ledger import behind, pending, read_applied
from almoner.platform.database.trouble import AWAY
from almoner.platform.organizations.rules import Key
from almoner.platform.organizations.service import list_keys, list_organizations, misplaced, unlisted_servers
from almoner.platform.postgres.binaries import OLDEST_VERSION
from almoner.platform.program import typed
from almoner.platform.rate_limits.service import near_limit
from almoner.platform.settings import Settings
from almoner.sync import service as sync
from almoner.sync.destinations import BUILTIN, consumer_of
from almoner.sync.rules import REASON_NAMES, SENTENCES, STILL_SECONDS, Reason

_queries = load_queries(__file__)

CLOCK_WARNING = timedelta(seconds=1)
CLOCK_PROBLEM = timedelta(seconds=30)
BACKLOG_WARNING = 10_000
PENDING_WARNING = timedelta(minutes=10)
RECEIPTS_WARNING = timedelta(hours=1)
ASKED_WARNING = timedelta(hours=1)
"""A payment or refund that was asked for so long ago is told, however often it is looked at."""
TABLES_SHOWN = 3
KEYS_SHOWN = 5
WIDENED = frozenset({"gift:write", "*:write"})
"""Scopes that cover more since there are permission groups. `*` was meant to grant everything, and does."""


async def check_version(conn: Connection) -> AsyncIterator[Finding]:
    """The server's version."""
    number = await _queries.server_version(conn)
    text = f"PostgreSQL {number // 10_000}.{number % 10_000} answers."
    if number < OLDEST_VERSION * 10_000:
        yield Finding("database", PROBLEM, text, f"Move to PostgreSQL {OLDEST_VERSION} or newer.")
    else:
        yield Finding("database", OK, text)


async def check_migrations(conn: Connection) -> AsyncIterator[Finding]:
    """Whether the database is what this version of the program expects: the migrations, and the tables they made."""
    files, applied = load_files(), await read_applied(conn)
    try:
        todo = pending(files.migrations, applied.migrations)
    except MigrationError as error:
        yield Finding(
            "migrations", PROBLEM, str(error), "Install the version of Almoner that made this database."
        )
        return
    lack = behind(files, applied)
    if todo and not lack:
        lack = f"Yet to run, and needed for speed alone: {', '.join(file.name for file in todo)}."
    if lack:
        yield Finding(
            "migrations", WARNING, lack, f"Run `{typed('migrate')}`; `{typed('serve')}` does it too."
        )
    else:
        yield Finding("migrations", OK, f"All {len(applied.migrations)} have run.")
    if not todo:
        yield await _tables_finding(conn)


async def check_guards(conn: Connection) -> AsyncIterator[Finding]:
    """The application role, and row-level security on every table with rows of organizations."""
    role = await _queries.role(conn, role=APP_ROLE)
    if role is None or not role["is_ours"]:
        state = "is missing" if role is None else "is not granted to us"
        advice = (
            f"If nothing was migrated here yet, run `{typed('migrate')}`. A dump that was restored without its roles lacks"
            " the rights too: restore the roles first (`pg_dumpall --roles-only`), then the dump into an empty database."
            if role is None
            else f"Run `GRANT {APP_ROLE} TO CURRENT_USER` as an account that may."
        )
        yield Finding("application role", PROBLEM, f"{APP_ROLE} {state}.", advice)
        return
    if role["is_free"]:
        advice = f"Run: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS."
        yield Finding("application role", PROBLEM, f"{APP_ROLE} passes by row-level security.", advice)
    else:
        yield Finding("application role", OK, f"{APP_ROLE} is there and bound by row-level security.")
    unguarded = [row["name"] for row in await _queries.open_tables(conn, role=APP_ROLE)]
    if unguarded:
        text = f"Off for {', '.join(unguarded)}."
        advice = "Run for each: ALTER TABLE ... ENABLE ROW LEVEL SECURITY; then see that its policy `tenant` exists."
        yield Finding("row-level security", PROBLEM, text, advice)
    else:
        tables = await _queries.protected_tables(conn)
        yield Finding("row-level security", OK, f"On for all {tables} tables with rows of organizations.")


async def check_login(dsn: str) -> AsyncIterator[Finding]:
    """As whom the program logs in, which is what a statement that takes its role off again would be."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        async with db.first.connection() as conn:
            login = await _queries.login(conn, role=APP_ROLE)
    finally:
        await db.close()
    if not login["is_more"]:
        yield Finding(
            "application login", OK, f"{login['name']}, which has no rights but those of {APP_ROLE}."
        )
        return
    text = f"{login['name']}, which may do more than {APP_ROLE}: a statement may take that role off again."
    advice = (
        f"Make a login that has only that role (GRANT {APP_ROLE} TO ..), name it in database_url, and the owner in"
        " database_owner_url; of further servers in further_servers and further_owner_servers. The embedded server has"
        f" one once `{typed('serve')}` was started anew."
    )
    yield Finding("application login", WARNING, text, advice)


async def _tables_finding(conn: Connection) -> Finding:
    """Whether every table is there that the migrations made: a restore that was cut short leaves some out."""
    kinds = known_tables()
    names = [*kinds["tenant"], *kinds["shared"]]
    missing = [row["name"] for row in await _queries.missing_tables(conn, names=names)]
    if missing:
        shown = ", ".join(missing[:TABLES_SHOWN]) + (", ..." if len(missing) > TABLES_SHOWN else "")
        text = f"{len(missing)} of {len(names)} are missing: {shown}."
        advice = "The database was restored in part. Restore a whole dump into an empty database, and use that one."
        return Finding("tables", PROBLEM, text, advice)
    return Finding("tables", OK, f"All {len(names)} are there.")


async def check_clock(conn: Connection) -> AsyncIterator[Finding]:
    """The database's clock beside ours, and ours beside the database's past."""
    before = datetime.now(UTC)
    theirs = await _queries.clock(conn)
    ours = before + (datetime.now(UTC) - before) / 2
    apart = abs(theirs - ours)
    advice = "Let a time service steer both machines: sync lag and retries are measured across them."
    status = PROBLEM if apart > CLOCK_PROBLEM else WARNING if apart > CLOCK_WARNING else OK
    text = f"The database's clock and ours are {apart.total_seconds():.3f} s apart."
    yield Finding("database clock", status, text, None if status == OK else advice)
    newest = await _queries.newest(conn) if await _queries.has_ledger(conn) else theirs
    if newest is not None and newest > ours + CLOCK_PROBLEM:
        text = f"The database holds a record of {newest:%Y-%m-%d %H:%M} UTC, which is yet to come."
        yield Finding("database clock", PROBLEM, text, "Set the clock right: it was put back.")


async def check_logs(conn: Connection) -> AsyncIterator[Finding]:
    """Room ahead in each product's event log."""
    for row in await _queries.log_partitions(conn):
        name = f"event log of {row['log']}"
        if not row["has_room"]:
            advice = f"Run: SELECT platform_code.extend_event_log('{row['log']}'). Until then no gift can be written."
            yield Finding(name, PROBLEM, "The table of the newest events is missing.", advice)
        elif not row["is_ahead"]:
            advice = f"Start `{typed('serve')}`: its sync makes the next table in quiet moments."
            yield Finding(name, WARNING, "The next table is not there yet.", advice)
        else:
            yield Finding(name, OK, f"Writes to table {row['block']}; the next one is ready.")


async def check_work(dsn: str) -> AsyncIterator[Finding]:
    """What the sync has yet to do, and what it could not do."""
    db = await open_database(dsn, pool_size=2, application="almoner-doctor")
    try:
        async with db.first.system() as conn:
            reader = giving.event_reader(consumer_of(BUILTIN))
            yield _backlog_finding(await reader.backlog(conn), await reader.stands_for(conn) or 0.0)
        organizations = await list_organizations(db)
        yield Finding("organizations", OK, f"{len(organizations):,}.")
        for organization in organizations:
            async with db.tenant(organization.organization_id) as tx:
                counts = await sync.counts(tx)
                now = datetime.now(UTC)
                overdue, oldest, ids = await payments.overdue(tx, now - PENDING_WARNING, now - ASKED_WARNING)
                papers = await waiting(tx)
            for finding in (
                *_work_findings(organization.organization_id, counts),
                *_receipt_findings(organization.organization_id, papers),
            ):
                yield finding
            if oldest is not None:
                text = f"{overdue:,} payments without a gift are not settled, the oldest of {oldest:%Y-%m-%d %H:%M} UTC; {named(ids)}."
                advice = f"See that `{typed('serve')}` runs and that the gateway answers; then look at them:"
                command = typed(f"payments list --org {organization.organization_id}")
                yield Finding(
                    f"organization {organization.organization_id}",
                    WARNING,
                    text,
                    advice,
                    tuple(ids),
                    (command,),
                )
    finally:
        await db.close()


def _backlog_finding(events: int, still_seconds: float) -> Finding:
    """What waits for the sync; not well when it is much, or when nobody has read on for longer than reading takes."""
    text = f"{events:,} events wait for the sync."
    if events and still_seconds >= STILL_SECONDS:
        text = f"{events:,} events wait for the sync, and none was read for {still_seconds:,.0f} seconds."
    elif events <= BACKLOG_WARNING:
        return Finding("sync backlog", OK, text)
    advice = f"See that `{typed('serve')}` runs, with sync_workers above 0."
    return Finding("sync backlog", WARNING, text, advice)


def _receipt_findings(organization_id: int, found: Waiting) -> Iterator[Finding]:
    """What waits for receipts for too long; they have no hurry, so a while is well."""
    if found.since is None or datetime.now(UTC) - found.since < RECEIPTS_WARNING:
        return
    more = " at least" if found.has_more else ""
    text = f"Since {found.since:%Y-%m-%d %H:%M} UTC receipts wait:{more} {found.gifts:,} new gifts were not looked at, and {found.letters:,} letters not sent."
    if found.reason is not None:
        text += f" The last letter that was tried: {found.reason}."
    advice = (
        f"See that `{typed('serve')}` runs, with receipt_workers above 0, and that the mail server answers; a server that is asked without a pause "
        "writes few receipts, and the rest when it is asked less. What could not be sent:"
    )
    command = typed(f"receipt failed --org {organization_id}")
    yield Finding(f"organization {organization_id}", WARNING, text, advice, commands=(command,))


async def check_rate_limits(dsn: str, per_hour: int) -> AsyncIterator[Finding]:
    """Who is near the limit of requests in the running hour."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        near = await near_limit(db.first, per_hour, datetime.now(UTC))
    finally:
        await db.close()
    for one in near:
        text = f"{one.leased:,} of {one.per_hour:,} requests of this hour are used."
        advice = "Ask who sends them to send fewer, or allow more:"
        command = typed(f"org limit {one.per_hour * 2} --org {one.organization_id}")
        name = f"rate limit of organization {one.organization_id}"
        yield Finding(name, WARNING, text, advice, commands=(command,))
    if not near:
        yield Finding("rate limits", OK, "No organization is near its limit of requests.")


async def check_keys(dsn: str) -> AsyncIterator[Finding]:
    """Keys that may do more than when they were made: their scopes took in what came with permission groups. Who was to do everything still is."""
    db = await open_database(dsn, pool_size=1, application="almoner-doctor")
    try:
        widened = 0
        async with db.servers[0].connection() as conn:
            since = await _queries.groups_came(conn)
        for organization in await list_organizations(db):
            async with db.tenant(organization.organization_id) as tx:
                keys = [key for key in await list_keys(tx) if since and _is_wider(key, since)]
            if keys:
                widened += 1
                yield _keys_finding(organization.organization_id, keys)
        if not widened:
            yield Finding("keys", OK, "No key may do more than when it was made.")
    finally:
        await db.close()


def _is_wider(key: Key, since: datetime) -> bool:
    """Whether a key is good, was made before `since`, when permission groups came, and its scopes cover more from then on (decision 32)."""
    is_good = key.revoked_at is None and (key.expires_at is None or key.expires_at > datetime.now(UTC))
    return is_good and key.group is None and key.created_at < since and not WIDENED.isdisjoint(key.scopes)


def _keys_finding(organization_id: int, keys: Sequence[Key]) -> Finding:
    shown = ", ".join(f"{key.id} ({key.product}, {' '.join(key.scopes)})" for key in keys[:KEYS_SHOWN])
    more = f", and {len(keys) - KEYS_SHOWN:,} more" if len(keys) > KEYS_SHOWN else ""
    text = f"Organization {organization_id}: made before permission groups, and may do more since: key {shown}{more}."
    advice = (
        "`gift:write` deletes gifts too, and covers pledges, grants, recurring gifts and premiums; `*:write` all that came since. Where that is too much, make a"
        f" narrower key (`{typed('key create')}`), give it to the program, and revoke the old one; where it is right, make it anew with the same scopes."
    )
    told = tuple(key.id for key in keys[:KEYS_SHOWN])
    return Finding("keys", WARNING, text, advice, told, (typed(f"key list --org {organization_id}"),))


async def check_directory(dsn: str, settings: Settings) -> AsyncIterator[Finding]:
    """Whether each organization of each further server is where the directory says, and each server it names is listed."""
    try:
        db = await open_database(dsn, further=settings.further, pool_size=1, application="almoner-doctor")
    except (OSError, *AWAY):
        return  # told already
    try:
        if unlisted := await unlisted_servers(db):
            text = f"It sends organizations to {', '.join(unlisted)}, which the setting further_servers does not list."
            advice = "Nobody reaches them: name each server there again, with its address."
            yield Finding("directory", PROBLEM, text, advice)
        for server in db.servers[1:]:
            try:
                ids = await misplaced(db, server)
            except AWAY:
                continue  # told already
            if ids:
                listed = ", ".join(map(str, ids[:10]))
                text = f"{len(ids):,} organizations on {server.name} are unknown to the directory: {listed}."
                advice = (
                    "Nobody reaches them, and others may have their ids. A server that had organizations before it was"
                    " named in further_servers cannot be joined: serve it by itself, as before."
                )
                yield Finding(f"{server.name}: directory", PROBLEM, text, advice)
            else:
                yield Finding(f"{server.name}: directory", OK, "It names the home of all that live here.")
    finally:
        await db.close()


def _work_findings(organization_id: int, counts: list[dict[str, object]]) -> list[Finding]:
    found = []
    for row in counts:
        records = "record is" if row["records"] == 1 else "records are"
        what = f"{row['records']:,} {row['entity']} {records} {row['state']}"
        oldest = row["oldest"]
        assert isinstance(oldest, datetime)
        if row["state"] not in ("failed", "pending"):
            continue
        reason = Reason(str(row["reason"]))
        what += f": {REASON_NAMES[reason]} ({reason.value})"
        ids = cast("list[int]", row["oldest_ids"])
        told = tuple(ids), shows(organization_id, str(row["entity"]), ids)
        if row["state"] == "failed":
            text = f"{what}; {named(ids)}."
            found.append(Finding(f"organization {organization_id}", WARNING, text, SENTENCES[reason], *told))
        elif datetime.now(UTC) - oldest > PENDING_WARNING:
            text = f"{what}; the oldest since {oldest:%Y-%m-%d %H:%M} UTC; {named(ids)}."
            advice = f"{_go_on(reason)} Ask why they wait:"
            found.append(Finding(f"organization {organization_id}", WARNING, text, advice, *told))
    return found


def _go_on(reason: Reason) -> str:
    """What to do about records that have been on their way for long."""
    if reason is Reason.WAITING_FOR_DONOR:
        return "They follow by themselves once the donors who failed are mended."
    return f"See that `{typed('serve')}` runs."


def named(ids: Sequence[int]) -> str:
    """The oldest of them, as a part of a sentence."""
    return f"id {ids[0]}" if len(ids) == 1 else f"the oldest ids are {', '.join(map(str, ids))}"


def shows(organization_id: int, entity: str, ids: Sequence[int]) -> tuple[str, ...]:
    """The commands that tell of each donor or gift, as they can be typed."""
    return tuple(typed(f"sync why {entity} {id_} --org {organization_id}") for id_ in ids)


REACHING = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""How a database that cannot be reached shows itself."""
