"""Every operation of both products as the OpenAPI documents list them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.support.house import House

PRODUCTS = ("raise", "crm")
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the product's prefix."""

    product: str
    method: str
    path: str
    name: str
    query: tuple[str, ...]
    has_body: bool

    @property
    def key(self) -> str:
        """How samples name it: the method and the path without the product's prefix."""
        return f"{self.method} {self.path.removeprefix(f'/{self.product}')}"

    @property
    def parameters(self) -> list[str]:
        """The names of its path parameters."""
        return _PARAMETER.findall(self.path)


async def document(house: House, product: str) -> dict[str, Any]:
    """A product's OpenAPI document."""
    api = house.tenant.raise_ if product == "raise" else house.tenant.crm
    return await api.get(f"/{product}/openapi.json")


async def operations(house: House, product: str) -> list[Operation]:
    """Every operation of a product."""
    paths = (await document(house, product))["paths"]
    return [
        Operation(
            product=product,
            method=method.upper(),
            path=f"/{product}{path}",
            name=operation["operationId"],
            query=tuple(item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"),
            has_body="requestBody" in operation,
        )
        for path, item in paths.items()
        for method, operation in item.items()
    ]
