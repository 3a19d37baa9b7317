"""Text as it is compared: case and blanks folded the same way everywhere."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` for comparison: Unicode NFKC, case folded, runs of blanks made one, ends trimmed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clean(text: str | None) -> str | None:
    """`text` trimmed; None when nothing is left."""
    if text is None:
        return None
    trimmed = text.strip()
    return trimmed or None


def full_name(*parts: str | None) -> str:
    """The given parts of a name, blanks between them, empty parts left out."""
    return " ".join(part.strip() for part in parts if part and part.strip())


def fold_code(code: str) -> str:
    """A project's code as it is stored for comparison and looked up, on both sides: the one place where codes are folded."""
    return fold(code)
