"""The codes of failures and of broken fields."""

from __future__ import annotations

from collections.abc import Iterator

import almoner.app.application  # noqa: F401 - brings in every feature with its failures
from almoner.kernel.errors import FIELD_CODES, AlmonerError, Invalid
from almoner.platform.http.described import first_paragraph
from docsite.parts.markdown import table


def failures(of: type[AlmonerError] = AlmonerError) -> Iterator[type[AlmonerError]]:
    """Every kind of failure that a caller can be told about; what the demo says of its own server is none."""
    if of.__module__.startswith("almoner.demo."):
        return
    yield of
    for below in of.__subclasses__():
        yield from failures(below)


def codes() -> str:
    """A line for each code: its status, and every cause that the failures of this code name."""
    told: dict[tuple[int, str], dict[str, None]] = {}
    for failure in sorted(failures(), key=lambda one: (len(one.__mro__), one.__module__, one.__name__)):
        told.setdefault((failure.status, failure.code), {})[first_paragraph(failure.__doc__)] = None
    rows = (
        (f"`{code}`", "400 or 422" if code == Invalid.code else status, " ".join(causes))
        for (status, code), causes in sorted(told.items())
    )
    return table(("Code", "Status", "When"), rows)


def field_codes() -> str:
    """A line for each code of a broken field."""
    return table(("Code", "When"), ((f"`{code}`", when) for code, when in sorted(FIELD_CODES.items())))
