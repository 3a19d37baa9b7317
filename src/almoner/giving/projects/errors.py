"""Why a project was not made or changed."""

from __future__ import annotations

from almoner.giving.coded import CodeTaken


class ProjectCodeTaken(CodeTaken):
    """Another project of the organization has this code, in whatever case."""

    code = "PROJECT_CODE_TAKEN"
