"""A command imports what it works with: help and the commands for scripts start at once. By names, since tests never time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.commands import deferred_commands
from tests.support.server import environment

SERVING = {"httptools", "jinja2", "prometheus_client", "uvicorn", "almoner.app", "almoner.platform.http"}
"""What only a process that serves needs."""
LOGGING = {"structlog"}
"""What only a process that logs needs; it brings rich's tracebacks along."""
PRODUCTS = {"almoner.giving", "almoner.crm", "almoner.sync", "email_validator"}
DATABASE = {
    "aiosql",
    "asyncpg",
    "asyncio",
    "psutil",
    "almoner.platform.database",
    "almoner.platform.postgres",
}
WIRE = {"httpx", "msgspec", "ssl"}

HEAVY = {
    "--help": SERVING | LOGGING | PRODUCTS | DATABASE | WIRE,
    "--version": SERVING | LOGGING | PRODUCTS | DATABASE | WIRE | {"rich"},
    "org list --help": SERVING | LOGGING | PRODUCTS | {"httpx"},
    "key list --help": SERVING | LOGGING | PRODUCTS | {"httpx"},
    "console link --help": SERVING | LOGGING | PRODUCTS | {"httpx"},
    "migrate --help": SERVING | LOGGING | PRODUCTS | {"httpx"},
    "psql --help": SERVING | LOGGING | PRODUCTS | {"httpx"},
    "sync why --help": LOGGING | {"httpx", "uvicorn", "almoner.app"},
}
"""By call, what it must not import: the module of the name, and whatever is below it."""

IMPORTED = """
import sys
from contextlib import suppress
from almoner.main import main
with suppress(SystemExit):
    main()
print("imported:", *sys.modules)
"""


@pytest.mark.parametrize("call", HEAVY)
def test_a_call_imports_nothing_heavy_that_it_does_not_use(call: str) -> None:
    imported = imported_by(call)
    wrong = sorted(
        name for name in imported if any(name == each or name.startswith(f"{each}.") for each in HEAVY[call])
    )
    assert not wrong, f"almoner {call} imports {wrong[:10]}: python -X importtime tells why"


def test_the_names_are_names_of_modules() -> None:
    """A heavy module that was renamed would be looked for in vain."""
    assert set().union(*HEAVY.values()) <= imported_by("demo --help")


def imported_by(call: str) -> set[str]:
    """The names of the modules that a call has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *call.split()],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("imported:")[2].split())


DEFERRED = deferred_commands()


@pytest.mark.parametrize("name", DEFERRED)
def test_a_command_is_listed_by_the_first_paragraph_of_its_help(name: str) -> None:
    command = DEFERRED[name]
    assert command.help == (command.loaded.help or "").partition("\n\n")[0].replace("\n", " ")
