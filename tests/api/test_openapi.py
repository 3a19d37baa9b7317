"""Both OpenAPI documents keep their word under made-up requests: no server error, no undocumented answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.refusals import api
from tests.api.walk import PRODUCTS, document
from tests.support.house import Api, House
from tests.support.samples import covered, samples, word

pytestmark = pytest.mark.anyio

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ANSWER_SECONDS = 15
EXAMPLES = 15
"""Requests per operation and kind: made by the document, for a record there is, and against the document."""


@pytest.fixture
async def known(house: House) -> dict[str, dict[str, Any]]:
    """Path parameters that name records there are, by operation."""
    made = {sample: await sample.make(house.tenant, word()) for sample in samples()}
    return {
        product: {each.operation: dict(each.asks(made[each.sample])[0].path) for each in covered(product)}
        for product in PRODUCTS
    }


@pytest.mark.timeout(240)
@pytest.mark.parametrize("product", PRODUCTS)
async def test_answers_are_as_documented(house: House, known: dict[str, Any], product: str) -> None:
    caller = api(house, product)
    schema: Any = schemathesis.openapi.from_dict(await document(house, product))
    broken = []
    for result in schema.get_all_operations():
        for requests_of in kinds(result.ok(), known[product]):
            broken += await anyio.to_thread.run_sync(explore, requests_of, sender(caller, product))
    assert not broken, "\n".join(broken)


def kinds(operation: Any, known: dict[str, Any]) -> list[Any]:
    """Strategies of requests for one operation."""
    there_is = known[f"{operation.method.upper()} {operation.path}"]
    found = [operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there_is)]
    if there_is:
        found.append(operation.as_strategy(GenerationMode.POSITIVE))
    if operation.body or list(operation.iter_parameters()):
        found.append(operation.as_strategy(GenerationMode.NEGATIVE))
    return found


def explore(requests_of: st.SearchStrategy[Any], send: Callable[[Any], httpx.Response]) -> list[str]:
    """Send requests, hold each answer against the document, and tell what did not agree."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    @hypothesis.given(requests_of)
    def check(case: Any) -> None:
        case.validate_response(send(case), checks=CHECKS)

    try:
        check()
    except FailureGroup as found:
        return [str(found)]
    return []


def sender(caller: Api, product: str) -> Callable[[Any], httpx.Response]:
    """Sends a made-up request through the application in the test's own loop."""

    def send(case: Any) -> httpx.Response:
        case.headers = {**(case.headers or {}), "Authorization": caller.client.headers["authorization"]}
        options = case.as_transport_kwargs(base_url=f"http://almoner.test/{product}")
        made: Any = requests.Request(**options).prepare()
        request = httpx.Request(made.method, made.url, headers=made.headers, content=made.body or b"")
        return anyio.from_thread.run(answer_to, caller, request)

    return send


async def answer_to(caller: Api, request: httpx.Request) -> httpx.Response:
    """The answer, or a failure when none comes."""
    with anyio.fail_after(ANSWER_SECONDS):
        return await caller.client.send(request)
