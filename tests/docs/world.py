"""What a page finds when it begins: nothing, or data with an organization, or a server on them; and databases of one's own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.conftest import SECOND_SERVER_DSN, SERVER_DSN, fresh_database
from tests.docs.samples import ROOT, Block
from tests.docs.terminal import Terminal

ALMONER = Path(sys.executable).with_name("almoner")
OWN = "db.example.org"
SECOND = "second.example.org"
LOGIN = ("almoner_web", "another-secret")
"""The account that a page makes on a server of its own."""
SERVE = Block(ROOT, 0, "console", "$ almoner serve\n", "stays", "serves on")


def prepare(folder: Path) -> dict[str, str]:
    """Make data with one organization in `folder`; answers with the variables that name its tokens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALMONER_")}
    made = subprocess.run(
        [ALMONER, "org", "create", "My House", "--json", "-d", folder],
        env=environment | {"HOME": str(folder.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(made.stdout)
    return {"DATA": str(folder), "RAISE_TOKEN": told["raiseToken"], "CRM_TOKEN": told["crmToken"]}


def begin(terminal: Terminal, needs: str, prepared: Mapping[str, str]) -> None:
    """Bring about what a page needs."""
    assert needs in ("data", "server"), needs
    # As it is, with its owner: under root the database runs as another account.
    subprocess.run(["cp", "-a", prepared["DATA"], terminal.folder / "data"], check=True)
    for name in ("RAISE_TOKEN", "CRM_TOKEN"):
        terminal.run(f"export {name}={prepared[name]}")
    if needs == "server":
        terminal.type(SERVE)


@contextmanager
def databases(text: str) -> Iterator[dict[str, str]]:
    """The addresses that stand on a page, each with that of a database of a test server which takes its place."""
    words = {}
    with ExitStack() as stack:
        if OWN in text:
            dsn = stack.enter_context(fresh_database("docs"))
            stack.callback(lambda: asyncio.run(drop_login(os.environ[SERVER_DSN])))
            words[f"postgresql://owner:secret@{OWN}/almoner"] = dsn
            told = urlsplit(dsn)
            words[f"postgresql://{':'.join(LOGIN)}@{OWN}/almoner"] = dsn.replace(
                f"{told.username}:{told.password}@", f"{':'.join(LOGIN)}@"
            )
        if SECOND in text:
            dsn = stack.enter_context(fresh_database("docs", SECOND_SERVER_DSN))
            words[f"postgresql://owner:secret@{SECOND}/almoner"] = dsn
        yield words


async def drop_login(dsn: str) -> None:
    """Take the account away that a page made, once its database is gone: accounts are of a whole server."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(f"DROP ROLE IF EXISTS {LOGIN[0]}")
    finally:
        await conn.close()
