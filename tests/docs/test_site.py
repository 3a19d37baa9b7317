"""The documents build as a site without a warning, lead nowhere that is not there, and load nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """What a page links to, what it loads, what can be linked to in it, and what stands inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids |= {told[name] or "" for name in ("id", "name") if name in told}
        if tag == "a" and told.get("href"):
            self.links.append(told["href"] or "")
        if (
            (named := LOADING.get(tag))
            and told.get(named)
            and told.get("rel") not in ("next", "prev", "index", "search")
        ):
            self.loads.append(told[named] or "")
        self.inline += [f"<{tag} {name}=..>" for name in told if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in told):
            self.inline.append(f"<{tag}>")


@cache
def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_the_site_builds_without_a_warning(site: tuple[Path, str]) -> None:
    folder, told = site
    assert told == f"The site is in {folder}.\n"


def test_every_document_is_a_page(site: tuple[Path, str]) -> None:
    folder, _ = site
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    missing = [
        str(path.relative_to(ROOT))
        for path in documents
        if not (folder / path.relative_to(ROOT).with_suffix(".html")).exists()
    ]
    assert not missing, missing


def test_no_link_of_the_site_is_dead(site: tuple[Path, str]) -> None:
    dead = [one for path in pages(site[0]) for one in dead_links(site[0], path)]
    assert not dead, "\n".join(dead)


def dead_links(folder: Path, path: Path) -> Iterator[str]:
    """Links of a page to a file or an anchor of the site that is not there."""
    for link in {*page(path).links, *page(path).loads}:
        to = urlsplit(link)
        if to.scheme or to.netloc:
            continue
        target = (path.parent / unquote(to.path)).resolve() if to.path else path
        is_there = target.is_file() and target.is_relative_to(folder.resolve())
        is_page = target.suffix == ".html"
        if not is_there or (to.fragment and is_page and unquote(to.fragment) not in page(target).ids):
            yield f"{path.relative_to(folder)}: {link}"


def test_the_site_loads_only_its_own_files_and_has_nothing_inline(site: tuple[Path, str]) -> None:
    folder, _ = site
    found = [
        f"{path.relative_to(folder)}: {what}"
        for path in pages(folder)
        for what in (*page(path).inline, *(url for url in page(path).loads if urlsplit(url).netloc))
    ]
    assert not found, "\n".join(found)
    styles = [
        path.relative_to(folder)
        for path in folder.rglob("*.css")
        if re.search(r"url\(['\"]?(?:https?:)?//", path.read_text())
    ]
    assert not styles, styles
