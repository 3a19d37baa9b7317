"""Texts that are one of a few."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.kernel.errors import FieldError
from almoner.kernel.text import fold


def read_label(field: str, text: str | None, labels: Sequence[str], errors: list[FieldError]) -> str | None:
    """The one of `labels` that `text` is, in whatever case, or its code (`textMessage`); None with an error for `field`.

    Of what could not be read (None) nothing is said.
    """
    if text is None:
        return None
    label = next((label for label in labels if _code(label) == _code(text)), None)
    if label is None:
        errors.append(FieldError(field, "INVALID", f"Expected one of: {', '.join(labels)}."))
    return label


def _code(label: str) -> str:
    return fold(label).replace(" ", "")
