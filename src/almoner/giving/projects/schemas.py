"""The wire shapes of a giving project. Raise's own are not public; the fields are its help centre's (raise-api.md 3.7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.projects.rules import Project
from almoner.kernel.wire import utc_text
from almoner.platform.wire import Body, View


class ProjectRequest(Body):
    """A project to make."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Annotated[str, Meta(max_length=3000)] | None = None
    is_active: bool = True


class ProjectModel(View):
    """A project."""

    id: int
    name: str
    code: str
    description: str | None
    is_active: bool
    is_default: bool
    created_date: str
    modified_date: str


def project_model(project: Project) -> ProjectModel:
    """`project` as the wire has it."""
    return ProjectModel(
        id=project.id,
        name=project.name,
        code=project.code,
        description=project.description,
        is_active=project.is_active,
        is_default=project.is_default,
        created_date=utc_text(project.created_at),
        modified_date=utc_text(project.modified_at),
    )
