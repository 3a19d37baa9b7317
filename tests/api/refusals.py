"""How each product must refuse."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.house import Api, House

PRODUCTS = ("raise", "crm")
INVALID = {"raise": 400, "crm": 422}
"""The status of broken fields in each product's dialect."""
CRM_CODES = {**dict.fromkeys((405, 408, 413, 414, 415, 431), "BAD_REQUEST"), 409: "CONFLICT"}
"""What clients of the CRM, who know a closed list of codes, are told instead of a code of their own."""


def api(house: House, product: str) -> Api:
    """The API of a product as the house's first organization calls it."""
    return house.tenant.raise_ if product == "raise" else house.tenant.crm


def assert_refused(
    product: str, answer: httpx.Response, status: int, code: str, fields: set[str] | None = None
) -> None:
    """`answer` is the documented error of `product`; with `fields`, exactly these are named."""
    body = answer.json()
    code = CRM_CODES.get(status, code) if product == "crm" else code
    assert (answer.status_code, code_of(product, body)) == (status, code), answer.text
    if product == "raise":
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["status"] == status
        assert {"type", "title", "detail", "instance"} <= body.keys()
    else:
        assert answer.headers["content-type"] == "application/json"
        assert body["message"] == body["error"]["message"] == body["error_description"]
        assert not {"items", "list"} & body.keys()
    if fields is not None:
        assert fields_of(product, body) == fields, answer.text


def assert_invalid(product: str, answer: httpx.Response, fields: set[str]) -> None:
    """`answer` names exactly the broken `fields`, under the product's status for them."""
    assert_refused(product, answer, INVALID[product], "VALIDATION_FAILED", fields)


def code_of(product: str, body: Any) -> str:
    """The stable code of an error document."""
    return body["code"] if product == "raise" else body["error"]["code"]


def fields_of(product: str, body: Any) -> set[str]:
    """The fields that an error document names."""
    if product == "raise":
        return set(body.get("errors", {}))
    return {detail["field"] for detail in body["error"]["details"]}
