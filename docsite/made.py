"""Pages with parts that are made of the code: each stands between two comments that name it, and `./dev documents` writes it anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from docsite.conf import ROOT
from docsite.parts import commands, coverage, errors, figures, files, operations, settings, sync

PARTS: dict[str, Callable[[], str]] = {
    "commands": commands.commands,
    "settings": settings.settings,
    "codes of errors": errors.codes,
    "codes of fields": errors.field_codes,
    "states of the sync": sync.states,
    "reasons of the sync": sync.reasons,
    "warnings of the sync": sync.warnings,
    "states of payments": sync.payment_states,
    "states of reversals": sync.reversal_states,
    "statuses of gifts": sync.gift_statuses,
    "columns of gifts.csv": files.gift_columns,
    "fields of gifts": files.gift_fields,
    "events of giving": partial(files.events_of, "giving"),
    "events of crm": partial(files.events_of, "crm"),
    **{f"figures of {name}": partial(figures.figures, name) for name in figures.TOTALS},
    "decisions": files.decisions,
    "coverage": coverage.covered,
    "operations of raise": partial(operations.operations, "raise"),
    "groups of crm": operations.crm_groups,
    **{f"operations of {name}": partial(operations.crm_group, name) for name in operations.groups_of_crm()},
    "shapes of crm": operations.crm_shapes,
}
"""Every part by the name that its comments have."""

CRM_PAGES = ROOT / "docs" / "reference" / "crm"
"""Where the groups of the CRM's operations have their pages."""

_PART = re.compile(r"<!-- made: (.+?) -->\n.*?<!-- end of \1 -->", re.DOTALL)


def pages() -> list[Path]:
    """The pages that have such parts."""
    return [
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if _PART.search(page.read_text(encoding="utf-8"))
    ]


def parts_of(text: str) -> list[str]:
    """The names of the parts of a page, in their order."""
    return [found[1] for found in _PART.finditer(text)]


def made(text: str) -> str:
    """The page with each of its parts as the code has it now."""
    return _PART.sub(
        lambda found: f"<!-- made: {found[1]} -->\n\n{PARTS[found[1]]()}\n\n<!-- end of {found[1]} -->", text
    )


def write() -> None:
    """Write the parts of all pages anew; each group of the CRM's operations has a page."""
    for name in operations.groups_of_crm():
        page = CRM_PAGES / f"{name}.md"
        if not page.exists():
            part = f"operations of {name}"
            head = f"# {name}\n\nA group of the [CRM API](../crm-api.md), which says what is common to all."
            page.write_text(f"{head}\n\n<!-- made: {part} -->\n<!-- end of {part} -->\n", encoding="utf-8")
    for page in pages():
        page.write_text(made(page.read_text(encoding="utf-8")), encoding="utf-8")
