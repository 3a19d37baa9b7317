"""Commands that are listed by a line and imported when they are called: help, and each other command, start without them."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class Deferred(TyperCommand):
    """The command or group of a module (its function `command`, or its `app`), which is not imported before it is called.

    `summary` is what a list says of it, and the first paragraph of its own help. `settings` are Typer's `context_settings`.
    """

    def __init__(
        self,
        name: str,
        module: str,
        summary: str,
        panel: str | None = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(name, help=summary, rich_help_panel=panel)
        self._module = module
        self._settings = settings

    @cached_property
    def loaded(self) -> TyperCommand | TyperGroup:
        """The command itself; imports its module."""
        module = import_module(self._module)
        if hasattr(module, "app"):
            return typer.main.get_group(module.app)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name, context_settings=self._settings)(module.command)
        command: TyperCommand = typer.main.get_command(alone)  # type: ignore[assignment]  # of one function, it is no group
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """The context of the command itself, so that it, and no line that stands for it, is run, helps and completes."""
        return self.loaded.make_context(*args, **kwargs)


def group_of(*deferred: Deferred) -> type[TyperGroup]:
    """A class for `typer.Typer(cls=..)`: a group with these commands, in this order, before its own."""

    class Group(TyperGroup):
        def __init__(self, *, commands: Any = None, **more: Any) -> None:
            own: dict[Any, Any] = {command.name: command for command in deferred}
            super().__init__(commands={**own, **(commands or {})}, **more)

    return Group
