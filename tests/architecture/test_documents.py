"""The reference documents name everything there is, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.commands import commands

ROOT = Path(__file__).parents[2]
COMMANDS = {f"almoner {name}": command for name, command in commands().items()}


def sections(document: str) -> dict[str, str]:
    """The text below each `## heading` of a reference document, by heading."""
    text = (ROOT / "docs" / "reference" / document).read_text()
    parts = re.split(r"^## `?([^`\n]+)`?\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_command_has_its_section() -> None:
    assert sorted(sections("commands.md")) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_option_of_a_command_is_documented(name: str) -> None:
    text = sections("commands.md").get(name, "")
    options = [name for p in COMMANDS[name].params if p.param_type_name == "option" for name in p.opts]
    missing = [option for option in options if option.startswith("--") and f"`{option}" not in text]
    assert not missing, f"docs/reference/commands.md, {name}: {missing}"
