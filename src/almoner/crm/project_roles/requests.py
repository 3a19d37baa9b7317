"""What comes in about project roles (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.wire import RecordId
from almoner.platform.wire import Body


class ProjectRoleChangeBody(Body):
    """The part that a contact plays from now on."""

    project_role_type_id: RecordId
    """The kind of part, one of those that `ProjectRole/Types` lists."""


class ProjectRoleBody(ProjectRoleChangeBody, kw_only=True):
    """A part that a contact plays in a project."""

    project_designation_id: RecordId
    """The project, by its id."""
    contact_id: RecordId
    """The contact."""


class ProjectRoleTypeBody(Body):
    """A kind of part."""

    role: Annotated[str, Meta(max_length=100)]
    """Its name, that no other has in whatever case."""
    is_enabled: bool = True
    """Whether it is given to contacts from now on; those who have it keep it."""
