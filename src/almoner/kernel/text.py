"""Text as it is compared: case and blanks folded the same way everywhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice


def fold(text: str) -> str:
    """`text` for comparison: Unicode NFKC, case folded, runs of blanks made one, ends trimmed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold_code(text: str) -> str:
    """The key of a project's code, by which both products store and look it up: codes differ by more than case.

    `fold`, and composed again: an accented letter is one and the same, whether case folding took it apart or not.
    """
    return unicodedata.normalize("NFKC", fold(text))


def clean(text: str | None) -> str | None:
    """`text` trimmed; None when nothing is left."""
    if text is None:
        return None
    trimmed = text.strip()
    return trimmed or None


def full_name(*parts: str | None) -> str:
    """The given parts of a name, blanks between them, empty parts left out."""
    return " ".join(part.strip() for part in parts if part and part.strip())


_LIKE_LENGTH = 60
_LIKE_CHOICES = 100


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that a misspelt word is like, in whatever case; None when none is. Of what a stranger wrote, only so much is compared."""
    known = {
        choice.lower(): choice for choice in islice(choices, _LIKE_CHOICES) if len(choice) <= _LIKE_LENGTH
    }
    found = get_close_matches(word[:_LIKE_LENGTH].lower(), known, n=1, cutoff=0.65)
    return known[found[0]] if found else None


def nearest_ones(word: str, choices: Iterable[str], most: int = 3) -> list[str]:
    """Choices that a misspelt word is like or a part of, in whatever case, the nearest first; of long lists the first alone are compared."""
    known = {choice.lower(): choice for choice in islice(choices, 10 * _LIKE_CHOICES)}
    written = word[:_LIKE_LENGTH].lower()
    like = get_close_matches(written, known, n=most, cutoff=0.6)
    holding = [name for name in known if len(written) > 2 and written in name]
    return [known[name] for name in dict.fromkeys((*like, *holding))][:most]


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The choice that a misspelt word is like, as a question to put behind a sentence; else nothing."""
    meant = nearest(word, choices)
    return "" if meant is None else f" Did you mean '{meant}'?"
