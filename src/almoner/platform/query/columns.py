"""What is told of a record as columns beside it: texts, in the order in which they were selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from almoner.platform.logger import error_facts
from almoner.platform.telling import note_broken


def tell_columns(what: str, record_id: int, columns: Sequence[Callable[..., Any]], *of: Any) -> list[str]:
    """The text of each column of a record: nothing is an empty text, a truth `True` or `False`.

    What cannot be told is an empty text too; then the record is logged and counted as a broken `what`, once for all its columns.
    """
    texts: list[str] = []
    failure: Exception | None = None
    for column in columns:
        try:
            value = column(*of)
        except Exception as error:  # noqa: BLE001 - of a broken record the other columns are told
            value, failure = None, failure or error
        texts.append("" if value is None else str(value))
    if failure is not None:
        note_broken(what, record_id, **error_facts(failure))
    return texts
