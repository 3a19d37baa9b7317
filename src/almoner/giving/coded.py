"""What has a name and a code of its own: how both are checked, and a code that another record has. The code's key is what is unique."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import asyncpg

from almoner.kernel.errors import Conflict, FieldError
from almoner.kernel.text import clean, fold_code


class CodeTaken(Conflict):
    """Another record of the same kind has this code, in whatever case."""

    def __init__(self, noun: str, code: str) -> None:
        message = f"Another {noun} has the code '{code}'."
        super().__init__(message, fields=(FieldError("code", "TAKEN", message),))


def named(said: Mapping[str, Any], noun: str, errors: list[FieldError]) -> dict[str, Any]:
    """The columns `name`, `code`, `code_key` and `description` of what is `said`; an error of each that is blank and may not be."""
    row = {name: clean(said[name]) for name in ("name", "code")}
    errors += [
        FieldError(field, "REQUIRED", f"A {noun} needs a {field}.")
        for field, value in row.items()
        if value is None
    ]
    return {**row, "code_key": fold_code(row["code"] or ""), "description": clean(said.get("description"))}


@contextmanager
def code_once(noun: str, row: Mapping[str, Any], taken: type[CodeTaken] = CodeTaken) -> Iterator[None]:
    """`taken` when the code of `row` is another's. The transaction is over then."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        if not (error.constraint_name or "").endswith(("_code_once", "_code_key_key")):
            raise
        raise taken(noun, row["code"]) from None
