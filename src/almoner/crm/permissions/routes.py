"""`/api/Permission`: what the caller may do, module by module."""

from __future__ import annotations

from almoner.crm.permissions.views import PermissionView, matrix
from almoner.platform.http import get, routes_in
from almoner.platform.organizations.permissions import Modules
from almoner.platform.organizations.rules import Caller


@get("/api/Permission", "organization:read")
async def list_permissions(caller: Caller, modules: Modules) -> list[PermissionView]:
    """List every module with every action, and whether the caller's permission group (or the scopes of the key) allow it."""
    return matrix(modules, caller.scopes)


routes = routes_in(__name__)
