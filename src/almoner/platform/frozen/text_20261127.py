"""The keys of codes as the migrations of 27 November 2026 made them. Frozen: never edited."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` for comparison: Unicode NFKC, case folded, runs of blanks made one, ends trimmed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold_code(text: str) -> str:
    """The key of a code: `fold`, and composed again, so that an accented letter is one and the same."""
    return unicodedata.normalize("NFKC", fold(text))
