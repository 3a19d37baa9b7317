"""`/api/Project`: make, read and change projects, open and close them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from msgspec import Meta

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.projects import changes, service
from almoner.crm.projects.catalog import PROJECTS
from almoner.crm.projects.changes import Change
from almoner.crm.projects.errors import ProjectCodeTaken
from almoner.crm.projects.requests import (
    PATCHED_MAX,
    ProjectBalanceBody,
    ProjectBody,
    ProjectPatchBody,
    ProjectPatches,
    ProjectReplacementBody,
    SearchBody,
)
from almoner.crm.projects.views import ProjectBalanceView, ProjectView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError, Invalid
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Request, WithHeaders, get, patch, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query, search
from almoner.platform.wire import CrmPage, said

Minutes = Annotated[int, Meta(ge=1, le=10 * 366 * 24 * 60)]
"""How long a state of the inventory may be set for."""


@post("/api/Project", "project:write", raises=(ProjectCodeTaken,), judge=service.broken_in_new)
async def create_project(tx: Tx, data: ProjectBody, clock: Clock) -> ProjectView:
    """Create a project. Without `projectCode` it is given one."""
    return await service.create_project(tx, said(data), clock.now())


async def broken_in_replacement(
    tx: Tx, project_id: int, data: ProjectReplacementBody, clock: Clock
) -> list[FieldError]:
    """See `changes.broken_in`."""
    return await changes.broken_in(tx, [Change(project_id, said(data))], clock.now())


@put(
    "/api/Project/{project_id:int}", "project:write", raises=(ProjectCodeTaken,), judge=broken_in_replacement
)
async def replace_project(tx: Tx, project_id: int, data: ProjectReplacementBody, clock: Clock) -> ProjectView:
    """Replace a project.

    What is left out is cleared, but for the code; what was read and is sent back as it is changes nothing. With another `parentId` the
    project moves with all below it: all that was given counts above it as if it had always been there. It cannot be a part of itself or
    of a project below it.
    """
    return await changes.replace_project(tx, project_id, said(data), clock.now())


def _patched(element: ProjectPatchBody) -> dict[str, Any]:
    """What an element says; of custom fields those that it names, or null for none from now on."""
    fields = said(element)
    if fields.get("custom_fields") is not None:
        fields["custom_changes"] = fields.pop("custom_fields")
    return fields


def patches(data: ProjectPatches) -> list[Change]:
    """What each element of a body says, with its place. One of which not even the id could be read says nothing."""
    unread: Sequence[ProjectPatchBody | None] = data
    readable = [(number, _patched(element)) for number, element in enumerate(unread) if element is not None]
    return [
        Change(fields.pop("id"), fields, f"[{number}].")
        for number, fields in readable
        if fields["id"] is not None
    ]


async def broken_in_patches(tx: Tx, data: ProjectPatches, clock: Clock) -> list[FieldError]:
    """See `changes.broken_in`."""
    return await changes.broken_in(tx, patches(data), clock.now())


@patch("/api/Project", "project:write", raises=(ProjectCodeTaken,), judge=broken_in_patches)
async def patch_projects(
    tx: Tx, data: ProjectPatches, clock: Clock
) -> Annotated[str, Meta(description="A sentence that says how many projects were named.")]:
    """Change several projects: of each element's project what it names.

    All or nothing: when one element is broken, nothing changes, and all that is broken in any of them is named, as `[1].name`. Each
    project may stand in one element only.
    """
    if len(data) > PATCHED_MAX:
        text = f"At most {PATCHED_MAX} projects can be changed at once."
        raise Invalid.field(f"[{PATCHED_MAX}]", "TOO_MANY", text)
    await changes.write(tx, patches(data), clock.now())
    return f"{len(data)} {'project is' if len(data) == 1 else 'projects are'} as asked."


@get("/api/Project/{project_id:int}", "project:read")
async def get_project(tx: Tx, project_id: int, clock: Clock) -> ProjectView:
    """Read one project."""
    return await service.read_project(tx, project_id, clock.now())


@get("/api/Project/Code/{project_code:str}", "project:read")
async def get_project_by_code(
    tx: Tx,
    project_code: Annotated[str, Meta(description="The code of the project, in whatever case.")],
    clock: Clock,
) -> ProjectView:
    """Read the project with this code, written in any case."""
    return await service.read_project_by_code(tx, project_code, clock.now())


@get("/api/Project/Types", "project:read")
async def list_project_types(tx: Tx) -> list[str]:
    """List the kinds of projects that the organization has, in its own words."""
    return await service.project_types(tx)


@get("/api/Project/QueryOptions", "project:read")
async def get_project_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of projects, the organization's own fields among it."""
    return options_view(PROJECTS, (await service.own_parameters(tx)).values())


@get("/api/Project/CustomFields", "project:read")
async def list_project_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of projects."""
    return await list_fields(tx, "Project")


@query("/api/Project/Query", "project:read", PROJECTS, service.own_parameters)
async def query_projects(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[ProjectView]]:
    """Find projects. Whether they are public, active or online plays a part only where it is asked for."""
    found = await service.query_projects(tx, data, window, clock.now())
    return answered(request, found, CrmPage.of, lambda project: project)


@search("/api/Project/Search", "project:read")
async def search_projects(
    tx: Snapshot,
    request: Request,
    data: SearchBody,
    window: Window,
    clock: Clock,
    hidden: Annotated[
        bool, Meta(description="An extension: whether to find those that are not public too.")
    ] = False,
) -> WithHeaders[CrmPage[ProjectView]]:
    """Find projects by a piece of their name or of one of their codes, in the order of names. Those that are not public are left out."""
    found = await service.search_projects(tx, data.search, window, clock.now(), hidden=hidden)
    return answered(request, found, CrmPage.of, lambda project: project)


@get("/api/Project/{project_id:int}/Balance", "project:read")
async def get_project_balance(
    tx: Tx,
    project_id: int,
    as_of: Annotated[
        date | None, Meta(description="An extension: the day whose end is asked about, such as 2024-12-31.")
    ] = None,
) -> ProjectBalanceView:
    """Read the balance and the giving totals of a project, now or as of a day.

    As of a day, what was given and spent up to it counts, of the project and of those that were below it at the end of that day: a later move
    changes nothing of it. The beginning balance, and what the current one was set to beyond all gifts, have no day and count on each.
    """
    return await service.read_balance(tx, project_id, as_of)


async def broken_in_balance(
    tx: Tx, project_id: int, data: ProjectBalanceBody, clock: Clock
) -> list[FieldError]:
    """See `changes.broken_in`."""
    return await changes.broken_in(tx, [Change(project_id, said(data))], clock.now())


@put("/api/Project/{project_id:int}/Balance", "project:write", judge=broken_in_balance)
async def set_project_balance(tx: Tx, project_id: int, data: ProjectBalanceBody, clock: Clock) -> ProjectView:
    """Set what was in a fund before its first gift here, and what is in it now.

    The two are free of each other. The current balance is what it is set to at this moment, whatever was given before; every gift
    afterwards, every one that is taken back, and every expense moves it. When it is left out it stays what it was beyond the beginning balance, so
    that both move together; null undoes what it was set to, and it is the beginning balance and all gifts without all expenses again. Neither changes what
    was given. A project above this one has balances of its own: they do not move.
    """
    return await changes.replace_project(tx, project_id, said(data), clock.now())


@put("/api/Project/{project_id:int}/Status", "project:write", once=False)
async def set_project_status(
    tx: Tx,
    project_id: int,
    clock: Clock,
    inventory_status: Annotated[
        str, Meta(max_length=100, description="The state of its inventory; blank or left out for none.")
    ] = "",
    duration_minutes: Annotated[
        Minutes | None,
        Meta(description="For how many minutes, up to ten years of them. For good when it is left out."),
    ] = None,
) -> None:
    """Set the state of a project's inventory, for a while or for good.

    After the time it is what it was before by itself. Setting it again meanwhile begins the time anew; for good, or in the project
    itself, ends it.
    """
    await changes.set_status(tx, project_id, inventory_status, duration_minutes, clock.now())


@put("/api/Project/{project_id:int}/Active", "project:write", extension=True)
async def set_project_active(
    tx: Tx,
    project_id: int,
    active: Annotated[bool, Meta(description="Whether it takes designations from now on.")],
    clock: Clock,
) -> ProjectView:
    """Let a project take new designations, or no more."""
    return await service.set_active(tx, project_id, active=active, now=clock.now())


routes = routes_in(__name__)
