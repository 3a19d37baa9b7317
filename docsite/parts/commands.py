"""The commands, as the program itself describes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from almoner.cli.deferred import Deferred
from almoner.main import app
from docsite.parts.markdown import linked, paragraphs, table


def commands() -> str:
    """A section for each command: what it does, how it is called, what each argument and option is."""
    return "\n\n".join(
        section(name, command) for name, command in sorted(_walk(typer.main.get_command(app), "almoner"))
    )


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for child, listed in below.items():
        nested = listed.loaded if isinstance(listed, Deferred) else listed
        yield from _walk(nested, f"{name} {child}")


def section(name: str, command: Any) -> str:
    """One command."""
    first, *more = paragraphs(command.help)
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    words = [metavar_of(parameter) for parameter in arguments]
    call = " ".join([name, *words, "[OPTIONS]"])
    rows = [
        (label_of(parameter), meaning_of(parameter))
        for parameter in [*arguments, *(one for one in shown if one not in arguments)]
    ]
    parts = [
        f"## `{name}`",
        linked(first),
        f"    {call}",
        *map(linked, more),
        table(("Argument or option", "Meaning"), rows),
    ]
    return "\n\n".join(parts)


def metavar_of(argument: Any) -> str:
    """An argument as it stands in a call."""
    name = (argument.metavar or argument.name).upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def label_of(parameter: Any) -> str:
    """What is typed: the names of an option, longest first, with its value; or the argument."""
    if parameter.param_type_name == "argument":
        return f"`{metavar_of(parameter)}`"
    names = [f"`{name}`" for name in sorted(parameter.opts, key=len, reverse=True)]
    return ", ".join(names)


def meaning_of(parameter: Any) -> str:
    """What it is, and what stands for it when it is left out."""
    default = parameter.default
    told = linked(parameter.help or "")
    is_told = not parameter.required and default not in (None, False, "", []) and not callable(default)
    return f"{told} Default: {default}." if is_told else told
