"""The wire shape of a permission (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated

from almoner.platform.organizations.permissions import ACTIONS, Modules, granted, module_name
from almoner.platform.wire import View, one_of


class PermissionView(View):
    """Whether one action on the records of one module is allowed."""

    module: str
    """The kind of record: Gift, Project."""
    action: Annotated[str, one_of([action.capitalize() for action in ACTIONS])]
    """What is done with it."""
    allowed: bool
    """Whether the caller may."""


def matrix(modules: Modules, scopes: frozenset[str]) -> list[PermissionView]:
    """Every action on every module, and whether `scopes` grant it."""
    return [
        PermissionView(
            module=module_name(module),
            action=action.capitalize(),
            allowed=granted(scopes, f"{module}:{action}"),
        )
        for module in modules
        for action in ACTIONS
    ]
