"""What each operation answers to its own organization: what the document says, to HEAD and in any case, once per key."""

from __future__ import annotations

import copy
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis.core.failures import Failure

from almoner.cli.events import LOGS
from almoner.crm.routes import routes as crm_routes
from tests.api.walks.conftest import Made, Standing
from tests.support.house import House
from tests.support.rows import OwnRows
from tests.support.samples import Covered, covered, samples, word

pytestmark = pytest.mark.anyio

FORMS = {f"{route.method} {route.template}" for route in crm_routes if route.form}
"""They honour no `Idempotency-Key`: who signs in twice has two tokens."""
READS = [each for each in covered() if each.method == "GET"]
CREATES = [
    each
    for each in covered()
    if each.method == "POST" and "{" not in each.template and not each.reads and each.operation not in FORMS
]


def named(each: Covered) -> str:
    """How a test of an operation is called."""
    return f"{each.product} {each.operation}"


async def record_for(house: House, each: Covered) -> Any:
    """A record that `each` can be asked for."""
    return await each.sample.make(house.tenant, word())


async def test_the_answer_is_as_documented_and_nothing_more(
    each: Covered, made: Made, strict: dict[str, Any]
) -> None:
    operation = strict[each.product][each.template][each.method]
    for ask in each.asks(made.record):
        answer = await each.send(made.tenant, ask)
        assert answer.status_code in (200, 204), answer.text
        operation.validate_response(answer)


@pytest.fixture(scope="session")
def strict(documents: dict[str, Any]) -> dict[str, Any]:
    """Both documents, closed: what a schema does not name must not be there."""
    return {
        product: schemathesis.openapi.from_dict(closed(document)) for product, document in documents.items()
    }


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document whose objects have the properties it names and no others."""
    strict = copy.deepcopy(document)
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return strict


@pytest.mark.parametrize("each", READS, ids=named)
async def test_head_answers_as_get_does_without_a_body(standing: Standing, each: Covered) -> None:
    made = await standing.record_for(each)
    for ask in each.asks(made.record):
        got = await each.send(made.tenant, ask)
        head = await each.api(made.tenant).call("HEAD", each.address(ask.path), params=dict(ask.query))
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.get("content-type") == got.headers["content-type"]


@pytest.mark.parametrize("change", ["upper", "lower", "swapcase"])
@pytest.mark.parametrize("each", READS, ids=named)
async def test_paths_and_query_names_match_in_any_case(
    standing: Standing, each: Covered, change: str
) -> None:
    made = await standing.record_for(each)
    for ask in each.asks(made.record):
        path = each.address(ask.path, recased(each.template, change))
        query = {getattr(name, change)(): value for name, value in ask.query.items()}
        answer = await each.api(made.tenant).call("GET", path, params=query)
        assert answer.content == (await each.send(made.tenant, ask)).content


def recased(template: str, change: str) -> str:
    """A path in another case, but for the names of its parameters."""
    return re.sub(r"\{\w+\}|[^{}]+", lambda m: m[0] if m[0][0] == "{" else getattr(m[0], change)(), template)


@pytest.mark.parametrize("each", CREATES, ids=named)
async def test_a_create_sent_twice_under_one_key_answers_the_same_and_stores_once(
    house: House, rows: OwnRows, each: Covered
) -> None:
    made = await record_for(house, each)
    for ask in each.asks(made):
        before, headers = await rows.stored(), {"Idempotency-Key": word()}
        first = await each.send(house.tenant, ask, headers=headers)
        stored = await rows.stored()
        again = await each.send(house.tenant, ask, headers=headers)
        assert (first.status_code, again.status_code) == (200, 200), again.text
        assert first.content == again.content
        assert before != stored == await rows.stored()


async def test_each_event_that_the_operations_append_is_registered(house: House, rows: OwnRows) -> None:
    """Also those whose kind is put together, which no reading of the source finds."""
    for sample in samples():
        made = await sample.make(house.tenant, word())
        for each in [Covered(operation, sample) for operation in sample.asks]:
            for ask in each.asks(made):
                await each.send(house.tenant, ask)
    await house.settle()
    for log in LOGS:
        found = await rows.fetch(f"SELECT DISTINCT kind FROM {log}.event WHERE organization_id = $1")
        assert {row["kind"] for row in found} <= LOGS[log].keys()
        assert found


def test_a_field_that_no_schema_names_is_seen() -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "planted", "version": "1"},
        "paths": {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}},
                        }
                    }
                }
            }
        },
        "components": {"schemas": {"A": {"type": "object", "properties": {"a": {"type": "integer"}}}}},
    }
    operation: Any = schemathesis.openapi.from_dict(closed(document))["/a"]["GET"]
    operation.validate_response(answering({"a": 1}))
    with pytest.raises(Failure) as told:
        operation.validate_response(answering({"a": 1, "b": 2}))
    assert "'b'" in str(told.value)


def answering(body: Any) -> httpx.Response:
    """An answer as a client holds it."""
    answer = httpx.Response(200, json=body, request=httpx.Request("GET", "http://almoner.test/a"))
    answer.elapsed = timedelta(0)
    return answer
