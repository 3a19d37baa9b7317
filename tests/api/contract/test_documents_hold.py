"""Both documents hold under whatever they make one think of: no server error, nothing undocumented, nothing wrong taken.

Every phase and check of schemathesis, with right and wrong requests and sequences of them, over real connections. `ALMONER_EXPLORE=N` runs N
examples of each kind instead, other ones each time.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import anyio.to_thread
import pytest

from tests.api.contract.explore import LONG, PHASES, explore
from tests.api.contract.tolerances import tolerates
from tests.api.walk import PRODUCTS, document
from tests.support.house import House
from tests.support.samples import covered, samples, word
from tests.support.site import served

pytestmark = pytest.mark.anyio

OF_USERS = {"PUT /api/Organization/Switch": "what is explored with is an API key, which cannot switch"}
"""Operations that never succeed here, each with its reason."""


PARTS = [
    ("raise", PHASES),
    ("crm", ("examples", "fuzzing")),
    ("crm", ("coverage",)),
    ("crm", ("stateful",)),
]
"""The phases in which each document is explored together: all of the CRM's at once would take longer than a test may."""


def test_every_phase_explores_every_document() -> None:
    explored = {
        product: [phase for of, phases in PARTS if of == product for phase in phases] for product in PRODUCTS
    }
    assert {product: sorted(phases) for product, phases in explored.items()} == dict.fromkeys(
        PRODUCTS, sorted(PHASES)
    )


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
@pytest.mark.parametrize(("product", "phases"), PARTS)
async def test_the_document_holds(house: House, product: str, phases: Sequence[str]) -> None:
    told, organization = await document(house, product), house.tenant.organization
    await name_records(house, product, told)
    token = organization.raise_token if product == "raise" else organization.crm_token
    async with served(house) as url:
        found = await anyio.to_thread.run_sync(
            lambda: explore(told, f"{url}/{product}", token, tolerates, phases=phases), abandon_on_cancel=True
        )
    assert not found.problems, str(found)
    if "examples" in phases:
        assert not {each.operation for each in covered(product)} - found.served - OF_USERS.keys()
    assert all(found.requests[phase] for phase in phases)
