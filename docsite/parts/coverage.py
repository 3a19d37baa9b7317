"""Which operations of the originals are served, as the catalogue and the routes have it."""

from __future__ import annotations

from collections.abc import Iterator

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.originals import CoverageView, coverage, originals_of
from almoner.sync.routes import routes as sync_routes
from docsite.parts.markdown import table


def covered() -> str:
    """Both products: how many are served, and what of each group."""
    told = {
        "Raise": coverage("raise", originals_of("almoner.giving"), [*giving_routes, *sync_routes]),
        "CRM": coverage("crm", originals_of("almoner.crm"), crm_routes),
    }
    return "\n\n".join(
        f"## {name}: {one.served} of {one.total}\n\n" + "\n\n".join(groups(one)) for name, one in told.items()
    )


def groups(told: CoverageView) -> Iterator[str]:
    """A table for each group of operations."""
    for group in sorted({each.group for each in told.operations}):
        mine = [each for each in told.operations if each.group == group]
        rows = (
            (f"`{each.method} {each.path}`", each.purpose, state_of(each.served, each.extension))
            for each in sorted(mine, key=lambda each: not each.served)
        )
        yield f"### {group}\n\n" + table(("Operation", "What it does", "Here"), rows)


def state_of(served: bool, extension: bool) -> str:
    """How an operation stands, in a word or two."""
    return "added" if extension else "served" if served else "not yet"
