"""What an organization wishes of its gifts: where those go that name no project."""

from __future__ import annotations

from almoner.crm.nearest import nearest_ones
from almoner.kernel.errors import NotFound
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


async def default_project_of(tx: Tx) -> int | None:
    """The project of gifts that name none; without one, which is how organizations begin, they are refused (the seed page)."""
    project_id: int | None = await _queries.default_project(tx)
    return project_id


async def default_project_code(tx: Tx) -> str | None:
    """The code of that project."""
    code: str | None = await _queries.default_project_code(tx)
    return code


async def choose_default_project(tx: Tx, code: str | None) -> None:
    """Let gifts that name no project go to the one with this code, in whatever case, or be refused; `NotFound` when there is none."""
    project_id = None
    if code is not None:
        project_id = await _queries.project_called(tx, code_key=fold_code(code))
        if project_id is None:
            near = await nearest_ones(tx, "project code", code)
            raise NotFound(f"There is no project with the code '{code[:60]}'.{near}")
    await _queries.choose_default_project(tx, project_id=project_id)
