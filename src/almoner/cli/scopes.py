"""What an API key or a permission group can grant: the permissions that the operations of each product ask for."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.route import Route
from almoner.platform.organizations import permissions
from almoner.sync.routes import routes as sync_routes


def _asked_for(routes: Sequence[Route]) -> tuple[str, ...]:
    return tuple(sorted({route.permission for route in routes if route.permission is not None}))


SCOPES = {"raise": _asked_for([*giving_routes, *sync_routes]), "crm": _asked_for(crm_routes)}
"""By product, in order."""
OF_GROUPS = tuple(sorted({*SCOPES["raise"], *SCOPES["crm"]}))
"""What a group can grant, over both products and the console."""


def checked_scopes(product: str, wanted: Sequence[str]) -> list[str]:
    """`wanted`, when every one of them grants something of `product`: `gift:create`, `gift:write`, `gift:*`, `*`. `Invalid` has the list."""
    return permissions.checked_scopes(wanted, SCOPES[product], f"A key of {product}")


def checked_group_scopes(wanted: Sequence[str]) -> list[str]:
    """`wanted`, when every one of them grants something of either product. `Invalid` has the list."""
    return permissions.checked_scopes(wanted, OF_GROUPS, "A group")
