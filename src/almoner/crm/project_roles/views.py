"""The wire shapes of project roles (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Any

from almoner.crm.wire import StampedView, stamps
from almoner.platform.wire import View, fill


class ProjectRoleView(StampedView, kw_only=True):
    """A part that a contact plays in a project."""

    id: int
    """The id of the role."""
    contact_id: int
    """The contact who plays it."""
    contact_name: str
    """The name of the contact."""
    project_designation_id: int
    """The project that it is played in."""
    project_designation_name: str
    """The name of the project."""
    project_role_type_id: int
    """The kind of part."""
    project_role_type: str
    """The name of the kind, in the organization's own words."""


class ProjectRoleRowView(View, kw_only=True):
    """A role as lists have it."""

    id: int
    """The id of the role."""
    contact_id: int
    """The contact who plays it."""
    contact_name: str
    """The name of the contact."""
    project_designation_id: int
    """The project that it is played in."""
    project_designation_name: str
    """The name of the project."""
    project_role_type_id: int
    """The kind of part."""
    project_role_type: str
    """The name of the kind, in the organization's own words."""


class ProjectRoleTypeView(View, kw_only=True):
    """A kind of part that contacts play in projects."""

    id: int
    """The id of the kind."""
    role: str
    """Its name, in the organization's own words."""
    is_enabled: bool
    """Whether it is given to contacts from now on."""


def role_view(row: Any) -> ProjectRoleView:
    """A row of the statement `records` as the wire has it."""
    return fill(ProjectRoleView, row, **stamps(row))


def role_row(role: ProjectRoleView) -> ProjectRoleRowView:
    """`role` as lists have it."""
    return fill(ProjectRoleRowView, role)


def type_view(row: Any) -> ProjectRoleTypeView:
    """A row of the table of kinds as the wire has it."""
    return fill(ProjectRoleTypeView, row)
