"""What each operation must refuse: bodies that lack or break a field, and ids that name nothing. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import httpx
import pytest

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from tests.api.refusals import INVALID, code_of, fields_of
from tests.support.house import House
from tests.support.rows import OwnRows
from tests.support.samples import Ask, Covered, covered, word

pytestmark = pytest.mark.anyio

NAMES_NOTHING = "999999999"
JUDGED = {f"{route.method} {route.template}" for route in (*giving_routes, *crm_routes) if route.judge}
WITH_BODY = [
    each for each in covered() if each.operation in JUDGED
]  # test_all_broken.py: all with a body are
BY_PATH = [each for each in covered() if "{" in each.template]


def named(each: Covered) -> str:
    """How a test of an operation is called."""
    return f"{each.product} {each.operation}"


async def asked(house: House, each: Covered) -> Ask:
    """The first ask for a new record."""
    return next(iter(each.asks(await each.sample.make(house.tenant, word()))))


@pytest.mark.parametrize("each", BY_PATH, ids=named)
async def test_what_names_nothing_is_refused_and_stores_nothing(
    house: House, rows: OwnRows, each: Covered
) -> None:
    ask = await asked(house, each)
    before = await rows.stored()
    for parameter in ask.path:
        answer = await nothing_named(house, each, ask, parameter)
        if answer.status_code == 200:
            assert answer.json()["total"] == 0, answer.text
        else:
            assert_refusal(each, answer)
    assert await rows.stored() == before


async def nothing_named(house: House, each: Covered, ask: Ask, parameter: str) -> httpx.Response:
    """What is answered when a parameter of the address names nothing."""
    return await each.send(house.tenant, Ask({**ask.path, parameter: NAMES_NOTHING}, ask.query, ask.body))


@pytest.mark.parametrize(
    "each", [each for each in BY_PATH if each.product == "crm" and each.method == "GET"], ids=named
)
async def test_a_list_of_what_is_not_there_is_an_empty_page(house: House, each: Covered) -> None:
    """crm-api.md 4: 404 is for one record that is asked for, not for lists."""
    ask = await asked(house, each)
    told = (await each.send(house.tenant, ask)).json()
    if not (isinstance(told, dict) and {"list", "total"} <= told.keys()):
        return  # one record
    for parameter in ask.path:
        answer = await nothing_named(house, each, ask, parameter)
        assert (answer.status_code, answer.json()["list"], answer.json()["total"]) == (200, [], 0)


def assert_refusal(each: Covered, answer: httpx.Response) -> None:
    """The product's documented error for what is not there or cannot be."""
    told = (answer.status_code, code_of(each.product, answer.json()))
    assert told in ((404, "NOT_FOUND"), (INVALID[each.product], "VALIDATION_FAILED")), answer.text


@pytest.mark.parametrize("each", WITH_BODY, ids=named)
async def test_a_field_of_a_wrong_type_is_named_alone_and_nothing_is_stored(
    house: House, rows: OwnRows, each: Covered, documents: dict[str, Any]
) -> None:
    """Alone: what follows from a value that could not be read is no error of its own."""
    ask = await asked(house, each)
    before = await rows.stored()
    for name, wrong in wrong_types(documents[each.product], schema_of(each, documents)):
        body, at = instead(ask, partial(_with, name, wrong))
        answer = await each.send(house.tenant, Ask(ask.path, ask.query, body))
        assert answer.status_code == INVALID[each.product], f"{name}: {answer.text}"
        assert broken(each, answer) <= {f"{at}{name}", f"{at}{name}[0]"}, answer.text
        assert broken(each, answer), answer.text
    assert await rows.stored() == before


@pytest.mark.parametrize("each", WITH_BODY, ids=named)
async def test_a_required_field_that_is_missing_is_named_and_nothing_is_stored(
    house: House, rows: OwnRows, each: Covered, documents: dict[str, Any]
) -> None:
    ask = await asked(house, each)
    before = await rows.stored()
    required = schema_of(each, documents).get("required", [])
    for name in required:
        body, at = instead(ask, partial(_without, name))
        answer = await each.send(house.tenant, Ask(ask.path, ask.query, body))
        assert answer.status_code == INVALID[each.product], f"{name}: {answer.text}"
        assert broken(each, answer) == {f"{at}{name}"}, answer.text
    assert await rows.stored() == before


@pytest.mark.parametrize("each", WITH_BODY, ids=named)
async def test_a_reference_to_nothing_is_named_beside_what_could_not_be_read(
    house: House, each: Covered, documents: dict[str, Any]
) -> None:
    """What the service refuses, the judge finds: it lists references of its own, and would not learn of a new one by itself."""
    ask = await asked(house, each)
    schema = schema_of(each, documents)
    wrong = dict(wrong_types(documents[each.product], schema))
    for name in (name for name in wrong if name.endswith("Id")):
        body, start = instead(ask, partial(_with, name, int(NAMES_NOTHING)))
        alone = await each.send(house.tenant, Ask(ask.path, ask.query, body))
        if alone.status_code == 200 or start + name not in broken(each, alone):
            continue  # no reference
        other = next((other for other in wrong if other not in (name, "id")), None)
        if other is None:
            continue  # the body has nothing beside it
        body, _ = instead(Ask(ask.path, ask.query, body), partial(_with, other, wrong[other]))
        answer = await each.send(house.tenant, Ask(ask.path, ask.query, body))
        assert start + name in broken(each, answer), f"{name} beside {other}: {answer.text}"


def instead(ask: Ask, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> tuple[Any, str]:
    """The body of an ask, or the first element of one that is a list, changed; and what stands before the names of its fields."""
    if isinstance(ask.body, Sequence):
        first, *others = ask.body
        return [change(first), *others], "[0]."
    return change(ask.body or {}), ""


def _with(name: str, value: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, name: value}


def _without(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key != name}


def broken(each: Covered, answer: httpx.Response) -> set[str]:
    """The fields that a refusal names."""
    return fields_of(each.product, answer.json())


def schema_of(each: Covered, documents: dict[str, Any]) -> dict[str, Any]:
    """The schema of an operation's body, or of the elements of one that is a list."""
    document = documents[each.product]
    operation = document["paths"][each.template][each.method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return resolved(document, schema.get("items", schema))


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference points at."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def wrong_types(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each property with a value that no reading of it allows: a list for what is none, a number for a list."""
    for name, property_ in schema["properties"].items():
        kinds = [resolved(document, one).get("type") for one in property_.get("oneOf", [property_])]
        yield name, 7 if "array" in kinds else [[]]


def test_a_wrong_type_is_made_for_each_property() -> None:
    document = {"components": {"schemas": {"B": {"type": "object"}}}}
    schema = {
        "properties": {
            "text": {"type": "string"},
            "texts": {"oneOf": [{"type": "null"}, {"type": "array"}]},
            "below": {"$ref": "#/components/schemas/B"},
        }
    }
    assert dict(wrong_types(document, schema)) == {"text": [[]], "texts": 7, "below": [[]]}
