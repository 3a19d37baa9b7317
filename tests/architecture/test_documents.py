"""What pages have of the code is what the code says; `./dev documents` writes it anew."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from docsite.made import PARTS, made, pages, parts_of
from docsite.parts.errors import failures
from tests.architecture.sources import ROOT


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_has_of_the_code_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert made(text) == text, f"{page.relative_to(ROOT)} is out of date: ./dev documents"


def test_each_part_stands_on_one_page() -> None:
    assert Counter(
        part for page in pages() for part in parts_of(page.read_text(encoding="utf-8"))
    ) == Counter(PARTS.keys())


def test_codes_do_not_depend_on_what_else_was_imported() -> None:
    import_module("almoner.demo.api")
    assert all(failure.__module__ != "almoner.demo.api" for failure in failures())
