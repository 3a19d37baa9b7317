"""How Sphinx makes the site. The pages are plain Markdown, as a forge shows them; their order is here and not in them."""

from __future__ import annotations

from pathlib import Path

from pygments.lexers.special import TextLexer  # type: ignore[import-untyped]
from pygments.lexers.sql import PostgresLexer  # type: ignore[import-untyped]
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
HOME = "docs/index"
ORDER = {
    "Tutorials": [
        "tutorials/demo",
        "tutorials/first-steps",
        "tutorials/first-integration",
    ],
    "How-to": [
        "how-to/import-gifts",
        "how-to/mend-a-gift",
        "how-to/link-a-donor",
        "how-to/receipts",
        "how-to/merge-donors",
        "how-to/query",
        "how-to/custom-fields",
        "how-to/query-gifts-of-raise",
        "how-to/users-and-permissions",
        "how-to/gifts-in-the-crm",
        "how-to/bring-gifts-into-the-crm",
        "how-to/run-a-campaign",
        "how-to/take-cards",
        "how-to/pledges-and-schedules",
        "how-to/operate",
        "how-to/back-up",
        "how-to/reverse-proxy",
        "how-to/second-server",
        "how-to/typed-client",
    ],
    "Reference": [
        "reference/raise-api",
        "reference/crm-api",
        "reference/coverage",
        "reference/choices",
        "reference/errors",
        "reference/sync-states",
        "reference/payments",
        "reference/refunds",
        "reference/figures",
        "reference/events",
        "reference/commands",
        "reference/settings",
        "reference/gifts-csv",
        "reference/crm-gifts-csv",
        "reference/console",
    ],
    "Explanation": [
        "explanation/sync",
        "explanation/money",
        "explanation/idempotency",
        "explanation/refused-and-ignored",
        "explanation/under-load",
        "explanation/decisions",
    ],
    "Project": ["../README", "../ARCHITECTURE", "../CONTRIBUTING", "../bench/README"],
}
"""The pages of each part, seen from docs/. A page that stands nowhere stops the build."""

project = "Almoner"
html_title = "Almoner"
copyright = "the authors of Almoner. Apache License 2.0"  # noqa: A001 - the name that Sphinx reads
root_doc = HOME
include_patterns = ["docs/**", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"]
exclude_patterns = [".*", "build", "dist", "src", "tests", "docsite", "requirements", "bench/results"]
templates_path = ["templates"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_favicon = "../src/almoner/console/static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "home.html"}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None
html_use_index = False


def add_contents(_: Sphinx, page: str, source: list[str]) -> None:
    """Put the order of all pages below the first one, and those of the CRM's groups and of the decisions below theirs."""
    if page == HOME:
        source[0] += "".join(contents(title, pages) for title, pages in ORDER.items())
    if page == "docs/reference/crm-api":
        groups = sorted((ROOT / "docs" / "reference" / "crm").glob("*.md"))
        source[0] += contents("Groups", [f"crm/{group.stem}" for group in groups])
    if page == "docs/explanation/decisions":
        records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
        source[0] += contents("Decisions", [f"../decisions/{record.stem}" for record in records])


def contents(title: str, pages: list[str]) -> str:
    """A table of contents that stands in the menu alone."""
    return "\n".join(["", "", "```{toctree}", f":caption: {title}", ":hidden:", "", *pages, "```", ""])


def setup(app: Sphinx) -> None:
    """Tell Sphinx what we add: the order of pages, and how two kinds of samples are coloured."""
    app.connect("source-read", add_contents)
    app.add_lexer("sql", PostgresLexer)
    app.add_lexer("csv", TextLexer)
