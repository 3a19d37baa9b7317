"""Each operation of both OpenAPI documents has a sample, so that the walks reach it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from tests.api.walk import Operation, operations
from tests.api.walks.conftest import Made
from tests.support.house import House
from tests.support.samples import PRODUCTS, Ask, Covered, covered

pytestmark = pytest.mark.anyio

PAGE = {"skip", "take", "sortby", "descending", "cursor"}


@pytest.mark.parametrize("product", PRODUCTS)
async def test_each_operation_has_one_sample_and_each_sample_an_operation(
    shared_house: House, product: str
) -> None:
    there = [operation.key for operation in await operations(shared_house, product)]
    wrong = list(apart(there, [each.operation for each in covered(product)]))
    assert not wrong, "\n".join(wrong)


def apart(there: Iterable[str], known: list[str]) -> Iterator[str]:
    """What to write, for each operation without a sample, with two, or known to a sample alone."""
    for operation in there:
        if operation not in known:
            yield (
                f"{operation}: no sample covers it. Add it to the asks in tests/api/<module>/<feature>/sample.py"
                " (CONTRIBUTING.md, Tests): its path and query parameters, a valid body"
            )
    for operation in sorted(set(known)):
        if operation not in there:
            yield f"{operation}: a sample covers it, and no product has it"
        elif known.count(operation) > 1:
            yield f"{operation}: {known.count(operation)} samples cover it"


async def test_a_sample_says_what_stands_for_each_parameter(house: House, each: Covered, made: Made) -> None:
    (operation,) = [one for one in await operations(house, each.product) if one.key == each.operation]
    wrong = list(unsaid(operation, list(each.asks(made.record))))
    assert not wrong, "\n".join(wrong)


def unsaid(operation: Operation, asks: list[Ask]) -> Iterator[str]:
    """What the sample of an operation leaves out."""
    if not asks:
        yield f"{operation.key}: its sample asks for nothing"
    for ask in asks:
        if set(ask.path) != set(operation.parameters):
            yield f"{operation.key}: say in its sample what stands for the path parameters {operation.parameters}"
        if operation.has_body and ask.body is None and ask.form is None:
            yield f"{operation.key}: say in its sample a valid body"
    queries = {name for name in operation.query if name.lower() not in PAGE}
    if missing := queries - {name for ask in asks for name in ask.query}:
        yield f"{operation.key}: say in its sample what stands for the query parameters {sorted(missing)}"
    if operation.parameters and not any(ask.names_record for ask in asks):
        yield f"{operation.key}: its path names a record; ask for the one that was made"


PLANTED = Operation("crm", "POST", "/crm/api/New/{newId}", "post_new", ("unheardOf", "take"), has_body=True)


def test_a_planted_operation_that_no_sample_covers_is_named_with_what_to_write() -> None:
    (told,) = apart([PLANTED.key, "GET /api/Gift/list"], ["GET /api/Gift/list"])
    assert told.startswith("POST /api/New/{newId}: no sample covers it. Add it to the asks")


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (["GET /api/Old", "GET /api/Gift/list"], "GET /api/Old: a sample covers it, and no product has it"),
        (["GET /api/Gift/list"] * 2, "GET /api/Gift/list: 2 samples cover it"),
    ],
)
def test_a_sample_of_nothing_and_a_second_sample_are_named(known: list[str], told: str) -> None:
    assert list(apart(["GET /api/Gift/list"], known)) == [told]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (Ask({}, {"unheardOf": "1"}, {}), ["path parameters"]),
        (Ask({"newId": 1}, {}, {}), ["query parameters"]),
        (Ask({"newId": 1}, {"unheardOf": "1"}), ["a valid body"]),
        (Ask({"newId": 1}, {"unheardOf": "1"}, {}, names_record=False), ["ask for the one that was made"]),
        (Ask({"newId": 1}, {"unheardOf": "1"}, {}), []),
    ],
)
def test_a_sample_that_says_too_little_is_told_what_it_lacks(ask: Ask, told: list[str]) -> None:
    found = list(unsaid(PLANTED, [ask]))
    assert len(found) == len(told) and all(part in text for part, text in zip(told, found, strict=True))
