"""What is told of a record as columns beside it: texts, in the order in which they were selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def tell_columns(columns: Sequence[Callable[..., Any]], *of: Any) -> list[str]:
    """The text of each column of a record: nothing is an empty text, a truth `True` or `False`, what cannot be told of a broken record too."""
    return [_text(column, of) for column in columns]


def _text(column: Callable[..., Any], of: Sequence[Any]) -> str:
    try:
        value = column(*of)
    except Exception:  # noqa: BLE001 - of a broken record the other columns are told; its own read says that it is broken
        return ""
    return "" if value is None else str(value)
