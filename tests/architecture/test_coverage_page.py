"""docs/reference/coverage.md says of each operation of the originals whether it is served, as the catalogue and the routes have it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.originals import CoverageView, coverage, originals_of
from almoner.sync.routes import routes as sync_routes
from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "coverage.md"
PRODUCTS = {
    "Raise": coverage("raise", originals_of("almoner.giving"), [*giving_routes, *sync_routes]),
    "CRM": coverage("crm", originals_of("almoner.crm"), crm_routes),
}


def page() -> Iterator[str]:
    """The lines of the page."""
    yield "# Coverage\n"
    yield (
        "Which operations of Virtuous Raise and Virtuous CRM+ this version serves. A call of another one is answered 501 with its name.\n"
        "The same as JSON: `/raise/coverage.json` and `/crm/coverage.json`. Not every path of Raise is published; those of its projects,\n"
        "segments and campaigns are read out of its conventions. This page is written by `./dev documents`.\n"
    )
    for name, told in PRODUCTS.items():
        yield f"## {name}: {told.served} of {told.total}\n"
        yield "\n".join(table(told))
        yield ""


def table(told: CoverageView) -> Iterator[str]:
    """One line for each group of operations: what is served, what is not yet, what we add."""
    yield "| group | served | not yet | added |"
    yield "|---|---|---|---|"
    for group in sorted({each.group for each in told.operations}):
        mine = [each for each in told.operations if each.group == group]
        cells = (
            [each for each in mine if each.served and not each.extension],
            [each for each in mine if not each.served],
            [each for each in mine if each.extension],
        )
        lists = (
            "<br>".join(f"`{each.method} {each.path}`: {each.purpose}" for each in cell) for cell in cells
        )
        yield f"| {group} | {' | '.join(lists)} |"


def test_the_page_is_that_of_the_catalogue_and_the_routes() -> None:
    text = "\n".join(page()).rstrip("\n") + "\n"
    if os.environ.get("ALMONER_DOCUMENTS") == "write":
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "write it anew: ./dev documents"
