"""The platform knows no business: no word of giving or of a CRM stands in it, but where the list says why."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import PACKAGE, ROOT

PLATFORM = PACKAGE / "platform"
WORDS = frozenset(
    word + ending
    for word in ("donor", "gift", "giver", "campaign", "contact", "designation", "fund", "pledge", "crm")
    for ending in ("", "s")
) | {"giving", "donation", "donations"}
"""Not: give, project, sync (a file is synced), and raise, which Python says; `RAISE` the dialect and `raise` in quotes are."""
_PRODUCT = re.compile(
    r"\bRAISE(?:_\w+)?\b|_raise_body|_RAISE_\w+|\braise_(?:app|host)\b|['\"`/]raise['\"`]|\b(?:Raise|Crm)(?:Page)?\b(?! [a-z`])"
)

_DIALECT = "the edge speaks two dialects, named after the products that speak them"
ALLOWED = {
    "http/__init__.py": (3, _DIALECT),
    "http/pages.py": (2, _DIALECT),
    "http/problems.py": (7, _DIALECT),
    "http/product.py": (3, _DIALECT),
    "http/hosts.py": (4, "the two products are served side by side, each under its prefix or host name"),
    "http/root.py": (7, "as hosts.py"),
    "http/schemas.py": (2, _DIALECT),
    "wire.py": (3, _DIALECT),
    "settings.py": (6, "every setting of the program stands in one place, typed and documented"),
    "organizations/rules.py": (4, "keys are of a product, and an organization says where its giving goes"),
    "organizations/service.py": (2, "keys are of a product, and an organization says where its giving goes"),
    "migrations/20261124-0900-organizations-and-events.sql": (
        2,
        "columns of keys and organizations, as above",
    ),
}
"""Files with business words: on how many lines, and why. The numbers may only shrink."""


def business(line: str) -> bool:
    """Whether a line has a business word, alone or as a part of a name."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", line)
    return bool(WORDS & {part.lower() for part in parts} or _PRODUCT.search(line))


def places() -> dict[str, list[str]]:
    """The lines with business words, by file."""
    found: dict[str, list[str]] = {}
    for path in sorted(PLATFORM.rglob("*")):
        if path.suffix in (".py", ".sql"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if business(line):
                    name = path.relative_to(PLATFORM).as_posix()
                    found.setdefault(name, []).append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    return found


def test_business_words_stand_in_the_platform_where_the_list_says_and_become_fewer() -> None:
    found = places()
    wrong = [
        f"{name}: {len(found.get(name, []))} lines, listed {ALLOWED.get(name, (0, ''))[0]}\n  "
        + "\n  ".join(found.get(name, []))
        for name in sorted(found.keys() | ALLOWED.keys())
        if len(found.get(name, [])) != ALLOWED.get(name, (0, ""))[0]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("line", "is_business"),
    [
        ("-- Donors are spread over 8 parts", True),
        ("def read_gift_ids() -> None:", True),
        ("class GiftFacts:", True),
        ("RAISE = Dialect()", True),
        ("product in ('raise', 'x')", True),
        ("    raise ValueError", False),
        ("os.fsync(handle)", False),
        ("-- forgets what it gives", False),
    ],
)
def test_business_is_told_by_words(line: str, *, is_business: bool) -> None:
    assert business(line) is is_business
