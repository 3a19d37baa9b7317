"""`/readyz`: whether the process can serve, told within two seconds whatever hangs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import asyncpg

from almoner.giving import contract as giving
from almoner.platform.database import Connection, Database, Server
from almoner.platform.database.files import Files, load_files
from almoner.platform.database.ledger import behind, read_applied
from almoner.platform.database.trouble import AWAY
from almoner.platform.http.root import Readiness
from almoner.platform.logger import Logger, error_facts
from almoner.platform.organizations.service import unlisted_servers
from almoner.platform.settings import Settings
from almoner.sync.destinations import BUILTIN, consumer_of
from almoner.sync.rules import STILL_SECONDS

_log = Logger(__name__)

T = TypeVar("T")

LOOK_SECONDS = 2.0
DISK_BYTES_MIN = 64 * 1024 * 1024
"""Four segments of the database's log: with less on the disk it may stop at any commit."""

NO_ANSWER = "The database does not answer."
NEEDED = ("database", "migrations", "storage")
"""Without one of these nobody can be served. Without the sync gifts are taken and wait."""


class Look(Generic[T]):
    """One look in flight at a time, however many ask for it; who asks waits for `LOOK_SECONDS` at most."""

    def __init__(self, look: Callable[[], Awaitable[T]], otherwise: T) -> None:
        """`otherwise` is the answer while the look is not over."""
        self._look = look
        self._otherwise = otherwise
        self._task: asyncio.Future[T] | None = None

    async def __call__(self) -> T:
        """What is seen, by a look that began just now or a moment ago."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._look())
        task = self._task  # another caller may begin the next look while this one waits
        done, _ = await asyncio.wait({task}, timeout=LOOK_SECONDS)
        return task.result() if done else self._otherwise


def readiness(db: Database, settings: Settings) -> Readiness:
    """What `/readyz` tells: of each server its `database`, `migrations`, `storage` and `sync`, with its name when it is a further one."""
    files = load_files()
    looks = [_look_at(server, files, settings) for server in db.servers]
    none: list[str] = []
    look_for_unlisted = Look(lambda: unlisted_servers(db), none)

    async def ready() -> tuple[bool, dict[str, str]]:
        found, unlisted = await asyncio.gather(
            asyncio.gather(*(look() for look in looks)), look_for_unlisted()
        )
        checks = {
            f"{what} {server.name}".rstrip(): state
            for server, of_server in zip(db.servers, found, strict=True)
            for what, state in of_server.items()
        }
        if unlisted:
            checks["further_servers"] = (
                f"The directory names {', '.join(unlisted)}, which the setting further_servers does not list."
            )
        return any(_serves(of_server) for of_server in found), checks

    return ready


def _serves(checks: dict[str, str]) -> bool:
    return all(checks.get(what, "ok") == "ok" for what in NEEDED)


def _look_at(server: Server, files: Files, settings: Settings) -> Look[dict[str, str]]:
    async def look() -> dict[str, str]:
        try:
            async with server.connection() as conn:
                return await _seen(conn, server, files, settings)
        except (*AWAY, asyncpg.PostgresError) as error:
            _log.warning("server_not_ready", server=server.name, **error_facts(error))
            return {"database": NO_ANSWER}

    return Look(look, {"database": NO_ANSWER})


async def _seen(conn: Connection, server: Server, files: Files, settings: Settings) -> dict[str, str]:
    missing = behind(files, await read_applied(conn))
    sync = "ok" if missing else await _sync(conn, settings)
    return {
        "database": "ok",
        "migrations": missing or "ok",
        "storage": _storage(server, settings),
        "sync": sync,
    }


def _storage(server: Server, settings: Settings) -> str:
    """What is wrong with the disk: as the database said at a write just now, or as the data folder of the embedded one shows."""
    if server.refuses_to_write:
        return (
            "The database cannot write: its disk is full or broken. Make room; nothing else has to be done."
        )
    if settings.database_url or server.name or not settings.data_dir.exists():
        return "ok"
    free = shutil.disk_usage(settings.data_dir).free
    if free < DISK_BYTES_MIN:
        return f"The disk of the data folder has {free // 1_000_000} MB left. Make room."
    return "ok"


async def _sync(conn: Connection, settings: Settings) -> str:
    seconds = await giving.event_reader(consumer_of(BUILTIN)).stands_for(conn)
    if seconds is None or seconds < STILL_SECONDS:
        return "ok"
    text = f"The sync has stood still for {seconds:.0f} seconds while changes wait."
    if settings.sync_workers:
        return f"{text} See the server's log."
    return f"{text} This process runs no sync workers (sync_workers is 0): see that another one does."
