"""Both documents hold under whatever they make one think of: no server error, nothing undocumented, nothing wrong taken.

Every phase and check of schemathesis, with right and wrong requests and sequences of them, over real connections. `ALMONER_EXPLORE=N` runs N
examples of each kind instead, other ones each time.
"""

from __future__ import annotations

import copy
from typing import Any

import anyio.to_thread
import pytest

from tests.api.contract.explore import LONG, PHASES, explore
from tests.api.contract.tolerances import tolerates
from tests.api.walk import document
from tests.support.house import House
from tests.support.samples import covered, samples, word
from tests.support.site import served

pytestmark = pytest.mark.anyio

OF_USERS = {"PUT /api/Organization/Switch": "what is explored with is an API key, which cannot switch"}
"""Operations that never succeed here, each with its reason."""


CRM_PARTS = 4
"""Parts that the CRM's document is explored in: each takes its time."""
PARTS = [("raise", 0, 1), *(("crm", part, CRM_PARTS) for part in range(CRM_PARTS))]


def part_of(told: dict[str, Any], part: int, parts: int) -> dict[str, Any]:
    """A document of every so-manieth group of operations, with the shapes of all; a group is what its paths begin with."""

    def group(path: str) -> str:
        return next(name for name in path.split("/") if name not in ("", "api", "v2"))

    own = sorted({group(path) for path in told["paths"]})[part::parts]
    return {**told, "paths": {path: each for path, each in told["paths"].items() if group(path) in own}}


def test_parts_are_the_whole() -> None:
    told = {"paths": {"/api/Gift": 1, "/api/Gift/{id}": 2, "/api/v2/Pledge": 3, "/Token": 4}}
    parts = [part_of(told, n, 3)["paths"] for n in range(3)]
    assert parts == [{"/api/Gift": 1, "/api/Gift/{id}": 2}, {"/api/v2/Pledge": 3}, {"/Token": 4}]


async def name_records(house: House, product: str, told: dict[str, Any]) -> None:
    """Let the examples of the document name records that there are in this house."""
    made = {sample: await sample.make(house.tenant, word()) for sample in samples()}
    await house.settle()
    for each in covered(product):
        operation, ask = told["paths"][each.template][each.method.lower()], each.asks(made[each.sample])[0]
        values = {**ask.path, **ask.query}
        for parameter in operation.get("parameters", ()):
            parameter.pop("example", None)
            if parameter["name"] in values:
                parameter["example"] = values[parameter["name"]]
        if (body := ask.form or ask.body) is not None:
            (content,) = operation["requestBody"]["content"].values()
            content["example"] = copy.deepcopy(body)


@pytest.mark.timeout(3_600 if LONG else 240)
@pytest.mark.parametrize(("product", "part", "parts"), PARTS)
async def test_the_document_holds(house: House, product: str, part: int, parts: int) -> None:
    told, organization = await document(house, product), house.tenant.organization
    await name_records(house, product, told)
    told = part_of(told, part, parts)
    token = organization.raise_token if product == "raise" else organization.crm_token
    async with served(house) as url:
        found = await anyio.to_thread.run_sync(
            lambda: explore(told, f"{url}/{product}", token, tolerates), abandon_on_cancel=True
        )
    assert not found.problems, str(found)
    asked = {each.operation for each in covered(product) if each.template in told["paths"]}
    assert not asked - found.served - OF_USERS.keys()
    assert all(found.requests[phase] for phase in PHASES)
