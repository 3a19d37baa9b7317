"""Text as it is compared: case and blanks folded the same way everywhere."""

from __future__ import annotations

import unicodedata


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
