"""What each feature brings so that the walks in tests/api/walks reach its operations: its `sample.py`.

A sample says how to make one record with a given word in its texts, and for each operation of the feature how to ask:
what stands for the path and query parameters, and a valid body. CONTRIBUTING.md shows one.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.sync.routes import routes as sync_routes
from tests.support.house import Api, Tenant

TESTS = Path(__file__).resolve().parents[1]
PRODUCTS = ("raise", "crm")
_ROUTES = {"raise": [*giving_routes, *sync_routes], "crm": crm_routes}
_READS = {
    product: {f"{route.method} {route.template}" for route in routes if route.reads}
    for product, routes in _ROUTES.items()
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Ask:
    """A request that succeeds for the organization whose record was made.

    `names_record`: it names that record (by id, code or key), so that another organization must not succeed with it.
    """

    path: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    names_record: bool = True
    form: Mapping[str, str] | None = None
    """A form, for an operation that takes one in the place of a JSON body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What is sent along: another caller than the organization's key."""


Asks = Callable[[Any], Sequence[Ask]]


@dataclass(frozen=True, eq=False)
class Sample:
    """One feature: `make` answers with what its asks need; `asks` are by operation, `GET /api/Gift/{giftId}`."""

    product: str
    make: Callable[[Tenant, str], Awaitable[Any]]
    asks: Mapping[str, Asks]


@dataclass(frozen=True)
class Covered:
    """One operation with the sample that covers it."""

    operation: str
    sample: Sample

    @property
    def product(self) -> str:
        """`raise` or `crm`."""
        return self.sample.product

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.partition(" ")[0]

    @property
    def template(self) -> str:
        """The path as the OpenAPI document writes it."""
        return self.operation.partition(" ")[2]

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: a GET, and a query that comes as POST."""
        return self.method == "GET" or self.operation in _READS[self.product]

    def asks(self, made: Any) -> Sequence[Ask]:
        """The requests for a record that was made; each call answers with fresh ones."""
        return self.sample.asks[self.operation](made)

    def api(self, tenant: Tenant) -> Api:
        """The product's API as this organization calls it."""
        return tenant.raise_ if self.product == "raise" else tenant.crm

    def address(self, path: Mapping[str, object], template: str | None = None) -> str:
        """The path with its parameters filled in, below the product's prefix."""
        address = template or self.template
        for name, value in path.items():
            address = address.replace(f"{{{name}}}", quote(str(value), safe=""))
        return f"/{self.product}{address}"

    async def send(self, tenant: Tenant, ask: Ask, **options: Any) -> httpx.Response:
        """The answer to one ask."""
        body = {"json": ask.body} if ask.form is None else {"data": ask.form}
        headers = {**ask.headers, **options.pop("headers", {})}
        options = {"params": dict(ask.query) or None, **body, "headers": headers, **options}
        return await self.api(tenant).call(self.method, self.address(ask.path), **options)


def word() -> str:
    """A word that no record holds yet."""
    return f"bravo{next(_numbers)}"


@cache
def samples() -> tuple[Sample, ...]:
    """The sample of every feature."""
    files = sorted(TESTS.rglob("sample.py"))
    names = [".".join(("tests", *file.relative_to(TESTS).with_suffix("").parts)) for file in files]
    return tuple(importlib.import_module(name).SAMPLE for name in names)


def covered(product: str | None = None) -> list[Covered]:
    """Every operation that a sample covers, of one product or of both."""
    return [
        Covered(operation, sample)
        for sample in samples()
        if product in (None, sample.product)
        for operation in sample.asks
    ]
