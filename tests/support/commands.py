"""The commands of `almoner`, all of them, also those that are imported only when they are called."""

from __future__ import annotations

from typing import Any

import typer

from almoner.cli.deferred import Deferred
from almoner.main import app


def commands() -> dict[str, Any]:
    """Every command by its whole name without the program's, `org create`."""
    return {
        name: command for name, _, command in _below(typer.main.get_command(app)) if not _is_group(command)
    }


def deferred_commands() -> dict[str, Deferred]:
    """Every command or group that is imported late, by its whole name."""
    listed = ((name, line) for name, line, _ in _below(typer.main.get_command(app)))
    return {name: line for name, line in listed if isinstance(line, Deferred)}


def _below(group: Any, above: str = "") -> list[tuple[str, Any, Any]]:
    """The name, what stands in the list, and the command itself, of all below a group."""
    found = []
    for child, line in group.commands.items():
        command = line.loaded if isinstance(line, Deferred) else line
        found.append((above + child, line, command))
        if _is_group(command):
            found += _below(command, f"{above}{child} ")
    return found


def _is_group(command: Any) -> bool:
    return hasattr(command, "commands")
