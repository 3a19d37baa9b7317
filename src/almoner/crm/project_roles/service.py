"""Give contacts their parts in projects; name the kinds of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from almoner.crm.events import LOG
from almoner.crm.project_roles.errors import RoleTypeTaken
from almoner.crm.project_roles.rules import FIRST_TYPES, checked_type
from almoner.crm.project_roles.views import ProjectRoleTypeView, ProjectRoleView, role_view, type_view
from almoner.kernel.errors import FieldError, Invalid, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Records, Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

ROLES = Table(LOG, "crm.project_role", key="contact_id")
TYPES = Records(LOG, "crm.project_role_type", type_view)
SORTS = {"id": "id", "createddatetime": "created_at"}
TYPE_SORTS = {"id": "id", "role": "role_key"}


async def records(tx: Tx, ids: Sequence[int]) -> list[ProjectRoleView]:
    """Roles in the order of `ids`; unknown ids are left out. The one read of roles."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.project_role", rows, ids, role_view, ProjectRoleView)


async def read_role(tx: Tx, role_id: int) -> ProjectRoleView:
    """One role; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [role_id]), "project role", role_id)


async def create_role(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectRoleView:
    """Give a contact a part in a project; `Invalid` names whatever is not there, or a kind that is given no more."""
    if broken := await broken_in_role(tx, said):
        raise Invalid("The role is not valid.", fields=tuple(broken))
    row = dict(said)
    row["project_id"] = row.pop("project_designation_id")
    return await read_role(tx, await ROLES.add(tx, row, now))


async def replace_role(tx: Tx, role_id: int, said: Mapping[str, Any], now: datetime) -> ProjectRoleView:
    """Let a role be of another kind; `NotFound` without the role, `Invalid` when the kind is not there or given no more.

    The kind that it has it may keep.
    """
    has = found(await _queries.type_of(tx, id=role_id), "project role", role_id)
    broken = await broken_in_role(tx, said) if said["project_role_type_id"] != has else []
    if broken:
        raise Invalid("The role is not valid.", fields=tuple(broken))
    await ROLES.change(tx, role_id, said, now)
    return await read_role(tx, role_id)


async def remove_role(tx: Tx, role_id: int, now: datetime) -> None:
    """Take a part from a contact; `NotFound` without it."""
    await ROLES.remove(tx, role_id, now, await read_role(tx, role_id))


async def broken_in_role(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps a role from being so; null stands for what could not be read."""
    type_id = said.get("project_role_type_id")
    broken = [
        *await unknown(tx, "crm.project", {"projectDesignationId": said.get("project_designation_id")}),
        *await unknown(tx, "crm.contact", {"contactId": said.get("contact_id")}),
        *await unknown(tx, "crm.project_role_type", {"projectRoleTypeId": type_id}),
    ]
    if type_id is not None and await _queries.type_given(tx, id=type_id) is False:
        text = f"Role type {type_id} is given no more."
        broken.append(FieldError("projectRoleTypeId", "INACTIVE", text))
    return broken


async def list_of_contact(tx: Tx, contact_id: int, paging: Paging) -> Page[ProjectRoleView]:
    """A page of the parts that a contact plays, and how many there are."""
    return await read_page(tx, _queries.chosen_of_contact, paging, records, contact_id=contact_id)


async def list_of_project(tx: Tx, project_id: int, paging: Paging) -> Page[ProjectRoleView]:
    """A page of the parts in a project, and how many there are."""
    return await read_page(tx, _queries.chosen_of_project, paging, records, project_id=project_id)


async def list_types(tx: Tx, paging: Paging) -> Page[ProjectRoleTypeView]:
    """A page of the kinds of parts, and how many there are."""
    return await TYPES.page(tx, _queries.chosen_types, paging)


async def create_type(tx: Tx, said: Mapping[str, Any], now: datetime) -> ProjectRoleTypeView:
    """A new kind of part; `Invalid` without a name, `RoleTypeTaken` when another has it."""
    row = checked_type(said)
    try:
        return await TYPES.make(tx, row, now)
    except asyncpg.UniqueViolationError:
        raise RoleTypeTaken(row["role"]) from None


async def replace_type(tx: Tx, type_id: int, said: Mapping[str, Any], now: datetime) -> ProjectRoleTypeView:
    """A kind of part under this name, given or not; `NotFound` without it, and as `create_type`."""
    row = checked_type(said)
    try:
        return await TYPES.replace(tx, type_id, row, now)
    except asyncpg.UniqueViolationError:
        raise RoleTypeTaken(row["role"]) from None


async def broken_in_type(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Everything that keeps a kind of part from being so; null stands for what could not be read."""
    return refused_by(checked_type, said)


async def create_first_types(tx: Tx, now: datetime) -> None:
    """The kinds of parts that a new organization begins with, by one statement."""
    rows = [checked_type({"role": role}) for role in FIRST_TYPES]
    roles, keys = ([row[name] for row in rows] for name in ("role", "role_key"))
    await _queries.add_types(tx, roles=roles, keys=keys, now=now)
