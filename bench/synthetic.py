"""A module of as many operations as are asked for, of the shapes that ours have: written as source, since documents are made from sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

OPERATIONS = 6
"""Of one resource: create, read, replace, change, delete, list."""
FIELDS = 25
TYPES = (
    "str",
    "str | None",
    "int",
    "Decimal",
    "bool",
    "Instant",
    "Day | None",
    "Kind",
    "list[str]",
    "int | None",
)

_HEAD = '''"""`/api/Thing0`: things of which there are many kinds."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, field

from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, patch, post, put, routes_in
from almoner.platform.wire import Body, CrmPage, Day, Instant, View

SORTS = {"id": "id", "name": "name", "createddatetime": "created_at"}


class Kind(StrEnum):
    """What kind of thing it is."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class PartView(View, kw_only=True):
    """A part of a thing."""

    id: int
    """The id of the part."""
    amount: Decimal
    """How much of the thing it is."""
'''

_ROUTES = '''

@post("/api/Thing{n}", "thing:write", raises=(Conflict,))
async def create_thing_{n}(tx: Tx, data: Thing{n}Body) -> Thing{n}View:
    """Write down thing {n}.

    It is told whole, as it stands afterwards, with all that was filled in.
    """


@get("/api/Thing{n}/{{thing_{n}_id:int}}", "thing:read")
async def get_thing_{n}(tx: Tx, thing_{n}_id: int) -> Thing{n}View:
    """Read one thing {n}."""


@put("/api/Thing{n}/{{thing_{n}_id:int}}", "thing:write")
async def replace_thing_{n}(tx: Tx, thing_{n}_id: int, data: Thing{n}Body) -> Thing{n}View:
    """Replace what thing {n} says; what is left out is cleared."""


@patch("/api/Thing{n}/{{thing_{n}_id:int}}", "thing:write")
async def change_thing_{n}(tx: Tx, thing_{n}_id: int, data: Thing{n}Body) -> Thing{n}View:
    """Change what is sent of thing {n}."""


@delete("/api/Thing{n}/{{thing_{n}_id:int}}", "thing:write")
async def delete_thing_{n}(tx: Tx, thing_{n}_id: int) -> None:
    """Delete a thing {n}."""


@get("/api/Thing{n}/ByContact/{{contact_id:int}}", "thing:read", sorts=SORTS)
async def list_things_{n}(
    tx: Tx, contact_id: int, page: PageQuery, since: Annotated[str | None, Meta(description="From which day on.")] = None
) -> CrmPage[Thing{n}View]:
    """Page through the things {n} of one contact."""
'''


def write_module(path: Path, operations: int) -> int:
    """Write a module with `operations` operations, and say of how many shapes: two of each resource, and the part of each."""
    resources = operations // OPERATIONS
    path.write_text("".join(_module(resources)), encoding="utf-8")
    return resources * 2 + 1


def _module(resources: int) -> Iterator[str]:
    yield _HEAD
    for n in range(resources):
        yield f'\n\nclass Thing{n}View(View, kw_only=True):\n    """Thing {n} as it is told."""\n\n    parts: list[PartView]\n    """Its parts."""\n'
        yield from (_field(number, TYPES[number % len(TYPES)], "") for number in range(FIELDS - 1))
        yield f'\n\nclass Thing{n}Body(Body):\n    """Thing {n} as it is to be."""\n\n    name: Annotated[str, Meta(min_length=1, max_length=150)]\n    """Its name."""\n'
        yield from (_field(number, *_sent(number)) for number in range(FIELDS - 1))
        yield _ROUTES.format(n=n)
    yield "\n\nroutes = routes_in(__name__)\n"


def _field(number: int, hint: str, default: str) -> str:
    return f'    field_{number}: {hint}{default}\n    """What field {number} means, in one sentence of about this length."""\n'


def _sent(number: int) -> tuple[str, str]:
    """Of a body: each may be left out."""
    hint = TYPES[number % len(TYPES)].partition(" |")[0]
    return (
        (hint, " = field(default_factory=list)") if hint.startswith("list") else (f"{hint} | None", " = None")
    )


def examples(operations: int) -> dict[str, object]:
    """An example of each operation, as large as ours are."""
    answer = {f"field{number}": f"value {number}" for number in range(FIELDS)}
    names = ("create_thing_{}", "get_thing_{}", "replace_thing_{}", "change_thing_{}", "list_things_{}")
    one = {"parameters": {"contactId": 1}, "body": answer, "answer": answer}
    return {name.format(n): one for n in range(operations // OPERATIONS) for name in names}
