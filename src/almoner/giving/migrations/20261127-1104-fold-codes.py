"""Make the keys of project codes anew by `fold_code`: the two products folded letters like ß and a final sigma otherwise."""

from __future__ import annotations

import structlog

from almoner.kernel.text import fold_code
from almoner.platform.database import Connection

_log = structlog.get_logger(__name__)

_PROJECTS = (
    "SELECT organization_id, id, code AS code, code_key FROM giving.project ORDER BY organization_id, id"
)
_FOLD = """
UPDATE giving.project p SET code_key = $3 WHERE p.organization_id = $1 AND p.id = $2
AND NOT EXISTS (SELECT FROM giving.project x WHERE x.organization_id = $1 AND x.code_key = $3)
RETURNING p.id
"""


async def migrate(conn: Connection) -> None:
    """Fold the keys that differ. One that another project has already stays as it was, and is told by a log line."""
    for row in await conn.fetch(_PROJECTS):
        key = fold_code(row["code"])
        if key == row["code_key"]:
            continue
        if await conn.fetchval(_FOLD, row["organization_id"], row["id"], key) is None:
            _log.warning(
                "project_code_is_taken",
                product="giving",
                organization_id=row["organization_id"],
                project_id=row["id"],
            )
