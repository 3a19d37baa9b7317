"""Every command and every sample of the documents is run, or held against what runs; `samples.py` says what a page can ask for."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from almoner.platform.setting_sources import load_settings
from tests.docs.samples import ROOT, Block, blocks_of, fences_outside, needs_of, pages, pattern_of
from tests.docs.terminal import Terminal
from tests.docs.world import begin, databases

BLOCKS = [block for page in pages() for block in blocks_of(page)]
TYPED = sorted({block.page for block in BLOCKS if block.is_typed})
NOT_RUN = {
    "docs/how-to/operate.md": 1,
    "docs/how-to/reverse-proxy.md": 1,
    "docs/how-to/take-cards.md": 1,  # it asks for the secrets of an account
}
"""How many blocks of a page nothing runs. Each says why above it."""


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_block_is_run_or_says_what_holds_it() -> None:
    loose = [
        f"{block}: {block.language}, {block.kind or 'nothing above it'}"
        for block in BLOCKS
        if not block.is_typed and block.kind not in HELD
    ]
    assert not loose, "\n".join(loose)


def test_no_block_escapes_by_how_it_is_written() -> None:
    outside = {ids(page): fences for page in pages() if (fences := fences_outside(page))}
    assert outside == {"ARCHITECTURE.md": ["```", "```"]}, (
        "the map is no sample; whatever else stands here is"
    )


def test_the_blocks_that_nothing_runs_are_few_and_listed() -> None:
    found = Counter(ids(block.page) for block in BLOCKS if block.kind == "not run")
    print(f"{len(BLOCKS)} blocks; of them not run: {dict(found)}")
    assert found == NOT_RUN
    assert all(len(block.words) > 20 for block in BLOCKS if block.kind == "not run"), "each says why"


def stands_in_a_file(block: Block) -> bool:
    text = (ROOT / block.words).read_text(encoding="utf-8")
    return all(part.strip("\n") in text for part in block.text.split("\n\n\n"))


def stands_on_another_page(block: Block) -> bool:
    return any(other.text == block.text and other.kind != "as in" for other in blocks_of(ROOT / block.words))


def is_tried(block: Block) -> bool:
    """Whether the test that is named names each program that the block calls, and what it is told to do."""
    text = (ROOT / block.words).read_text(encoding="utf-8")
    words = [
        word.removeprefix("./")
        for line in block.text.splitlines()
        for word in line.split()[:2]
        if "." not in word[1:]
    ]
    return all(f'"{word}"' in text or f"/{word}" in text for word in words)


def is_a_settings_file(block: Block, folder: Path) -> bool:
    (folder / "almoner.toml").write_text(block.text)
    return load_settings({}, data_dir=folder).data_dir == folder


HELD: dict[str, Callable[[Block], bool] | None] = {
    "from": stands_in_a_file,
    "as in": stands_on_another_page,
    "tried by": is_tried,
    "settings": None,
    "file": None,
    "not run": None,
}


@pytest.mark.parametrize("block", [block for block in BLOCKS if HELD.get(block.kind)], ids=str)
def test_a_block_stands_where_it_says(block: Block) -> None:
    check = HELD[block.kind]
    assert check is not None and check(block), f"{block} is not what {block.words} has"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "file"], ids=str)
def test_a_page_says_what_a_file_is_called(block: Block) -> None:
    above = block.page.read_text(encoding="utf-8").split(block.text)[0]
    assert f"`{block.words}`" in above, f"{block}: readers do not see that it is {block.words}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "settings"], ids=str)
def test_a_settings_file_is_read(block: Block, tmp_path: Path) -> None:
    assert is_a_settings_file(block, tmp_path)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", TYPED, ids=ids)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    port = free_port()
    environment = {"ALMONER_DATA_DIR": str(tmp_path / "data"), "ALMONER_PORT": port}
    with (
        databases(page.read_text(encoding="utf-8")) as words,
        Terminal(tmp_path, environment, {**words, "8700": port}) as terminal,
    ):
        if needs := needs_of(page):
            begin(terminal, needs, request.getfixturevalue("prepared"))
        for block in blocks_of(page):
            if block.kind == "file":
                terminal.put(block.words, block.text)
            elif block.is_typed:
                terminal.type(block)


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.mark.parametrize(
    ("shown", "told", "fits"),
    [
        ("one\n...\nlast\n", "one\ntwo\nthree\nlast\n", True),
        ("one\n...\nlast\n", "one\nlast\n", True),
        ("one\n...\nlast\n", "one\nlast\nmore\n", False),
        ("gift ... is synced\n", "gift 17 is synced\n", True),
        ("gift ... is synced\n", "gift 17 is failed\n", False),
        ("(a) [b]\n", "(a) [b]\n", True),
    ],
)
def test_what_is_shown_is_compared_but_for_dots(shown: str, told: str, fits: bool) -> None:
    assert (pattern_of(shown).fullmatch(told) is not None) is fits
