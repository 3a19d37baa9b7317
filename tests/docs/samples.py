"""The fenced blocks of the documents: which there are, and what the comment above each asks for.

| comment above a block | what the test does |
|---|---|
| none | a `console` block: types what stands behind `$ ` and compares what is shown; no other block may be without |
| `stays: WORDS` | the command goes on running until the page ends; the page goes on when it has printed WORDS |
| `ends with: CODE` | its last command ends with this status, not with 0 |
| `again` | its last command is typed again, for at most 20 seconds, until it shows what is shown |
| `file: NAME` | writes the block into the folder in which commands run |
| `settings` | reads the block as a settings file |
| `from: PATH` | holds it against a file of the repository, in which it stands word for word |
| `as in: PAGE` | holds it against another page, which has the same block and runs it |
| `tried by: PATH` | names the test that types it, in which every program of it is named |
| `not run: REASON` | nothing |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "docs" / "decisions"
"""Records of what was decided and measured on a day: nobody is asked to type what stands there."""

_MADE = re.compile(r"<!-- made: (.+?) -->.*?<!-- end of \1 -->", re.DOTALL)
_BLOCK = re.compile(
    r"(?:^<!-- (?P<kind>[a-z ]+?)(?:: (?P<words>[^\n]*?))? -->\n+)?^```(?P<language>[\w-]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NEEDS = re.compile(r"^<!-- needs: (\w+) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of a page, with what is asked for: see the table above."""

    page: Path
    line: int
    language: str
    text: str
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_typed(self) -> bool:
        """Whether commands of it are run."""
        return self.language == "console" and self.kind in ("", "stays", "ends with", "again")

    def steps(self) -> list[tuple[str, str]]:
        """Each command with what is shown below it."""
        steps: list[tuple[str, str]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], ""))
            elif line.startswith("> ") and not steps[-1][1]:
                steps[-1] = (f"{steps[-1][0]}\n{line[2:]}", "")
            else:
                steps[-1] = (steps[-1][0], f"{steps[-1][1]}{line}\n")
        return steps


def pages() -> list[Path]:
    """Every document that tells somebody what to type or shows what comes of it."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(page for page in found if RECORDS not in page.parents)


def blocks_of(page: Path) -> Iterator[Block]:
    """The blocks of a page that have a language; what is made of the code is held against it elsewhere."""
    text = _MADE.sub(lambda found: "\n" * found[0].count("\n"), page.read_text(encoding="utf-8"))
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        yield Block(page, line, found["language"], found["text"], found["kind"] or "", found["words"] or "")


def fences_outside(page: Path) -> list[str]:
    """Lines that begin or end a block which is none of `blocks_of`: one without a language, indented, or of tildes."""
    text = _BLOCK.sub("", _MADE.sub("", page.read_text(encoding="utf-8")))
    return [line for line in text.splitlines() if line.lstrip().startswith(("```", "~~~"))]


def needs_of(page: Path) -> str:
    """What must be there before the page begins: nothing, `server` (with an organization) or `data` (the same, stopped)."""
    found = _NEEDS.search(page.read_text(encoding="utf-8"))
    return found[1] if found else ""


def pattern_of(shown: str) -> re.Pattern[str]:
    """What is printed where this is shown: a line of dots stands for any lines, dots in a line for anything in it."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(
                ".*?".join(re.escape(part.rstrip() if part == line else part) for part in line.split("..."))
                + r"[ ]*\n"
            )
    return re.compile("".join(lines))
