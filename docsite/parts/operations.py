"""The operations of an API with all that its OpenAPI document says of them, and the shapes that they take and answer with."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx

from almoner.app.application import products
from almoner.crm.routes import routes as crm_routes
from almoner.crm.wire import CrmUrl
from almoner.giving.give.service import GiveDesk
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.stripe.events import StripeDesk
from almoner.kernel.clock import Clock
from almoner.platform.accounts.sign_in import SignInDesk
from almoner.platform.database import Database
from almoner.platform.events.wake import Wake
from almoner.platform.http.metering import RATE_HEADERS
from almoner.platform.organizations.permissions import Modules
from almoner.platform.settings import PublicUrl, Settings
from docsite.parts.markdown import table

_SHAPE = "#/components/schemas/"
_COMMON = {"X-Request-Id", "X-Ignored-Parameters", "X-Ignored-Fields", *RATE_HEADERS}
"""Headers that the head of the page tells of: every answer may have them."""


@cache
def document(product: str) -> Any:
    """The OpenAPI document of a product, as its running server tells it."""
    nothing: Any = None
    asked_for = (
        Clock,
        Settings,
        PublicUrl,
        CrmUrl,
        GiveDesk,
        RefundDesk,
        StripeDesk,
        Wake,
        Database,
        SignInDesk,
        Modules,
    )
    services = dict.fromkeys(asked_for, nothing)
    apps = products(db=Database([]), settings=Settings(), authenticate=nothing, services=services)
    app = dict(zip(("raise", "crm"), apps, strict=True))[product]

    async def told() -> Any:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/openapi.json")).json()

    return asyncio.run(told())


def operations(product: str) -> str:
    """A section for each group of operations, and one for the shapes."""
    told = document(product)
    parts = [part for tag in told["tags"] for part in group(product, told, tag)]
    return "\n\n".join([*parts, "## Shapes", *shapes(product)])


def groups_of_crm() -> list[str]:
    """The groups of the CRM's operations, each of which has a page of its own."""
    return sorted({route.group for route in crm_routes if route.documented})


def crm_groups() -> str:
    """A line for each group of the CRM's operations, with its page."""
    told = document("crm")
    tags = {tag["name"]: tag["description"] for tag in told["tags"]}
    count = Counter(tag for item in told["paths"].values() for one in item.values() for tag in one["tags"])
    rows = ((f"[{name}](crm/{name}.md)", count[name], tags[name]) for name in groups_of_crm())
    return table(("Group", "Operations", "What it is about"), rows)


def crm_group(name: str) -> str:
    """The operations of one group of the CRM, as its page below the others has them."""
    told = document("crm")
    (tag,) = [tag for tag in told["tags"] if tag["name"] == name]
    _, *parts = group("crm", told, tag)
    text = "\n\n".join(part.replace("### ", "## ", 1) if part.startswith("### ") else part for part in parts)
    return (
        text.replace("](../explanation/", "](../../explanation/")
        .replace("](errors.md", "](../errors.md")
        .replace("](#", "](shapes.md#")
    )


def crm_shapes() -> str:
    """What the operations of the CRM take and answer with."""
    return "\n\n".join(part.replace("### ", "## ", 1) for part in shapes("crm"))


def shapes(product: str) -> Iterator[str]:
    """Every shape of a product, in the order of their names."""
    for name, schema in sorted(document(product)["components"]["schemas"].items()):
        yield shape(name, schema)


def group(product: str, told: Any, tag: Mapping[str, str]) -> Iterator[str]:
    """The operations of one group below what it is."""
    yield f"## {tag['name']}"
    if tag["description"]:
        yield tag["description"]
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if tag["name"] in operation["tags"]:
                yield from section(f"{method.upper()} /{product}{path}", operation, told)


def section(address: str, operation: Any, told: Any) -> Iterator[str]:
    """One operation: what it does, what it is handed, what it answers, and an example."""
    yield f"### {operation['summary'].rstrip('.')}"
    yield " ".join([f"`{address}`", *facts(operation)])
    words = operation["description"].replace(operation["summary"], "", 1).lstrip(".").strip()
    if words := re.sub(r"(An extension: |Needs the scope ).*", "", words).strip():
        yield words
    if given := [one for one in operation.get("parameters", ()) if one["in"] != "header"]:
        rows = (
            (f"`{one['name']}`", one["in"], kind(one["schema"]) + needed(one["required"]), meaning(one))
            for one in given
        )
        yield table(("Parameter", "In", "Type", "Meaning"), rows)
    if body := operation.get("requestBody"):
        yield f"Body: {kind(content(body)['schema'])}. {body['description']}"
    yield from answers(operation["responses"], told)
    yield from example(address, operation)


def facts(operation: Any) -> Iterator[str]:
    """What is special to an operation, in a sentence each."""
    if "x-scope" in operation:
        yield f"needs the scope `{operation['x-scope']}`."
    else:
        yield "needs no token."
    if any(one["in"] == "header" for one in operation.get("parameters", ())):
        yield "Honours [`Idempotency-Key`](../explanation/idempotency.md)."
    if operation.get("x-almoner-extension"):
        yield "An addition: the product that is imitated does not have it."


def answers(responses: Any, told: Any) -> Iterator[str]:
    """What comes back when all is well, and which errors can."""
    failures = [(status, one) for status, one in responses.items() if "$ref" in one]
    for status, success in responses.items():
        if "$ref" in success:
            continue
        headers = [f"`{name}`" for name in success.get("headers", {}) if name not in _COMMON]
        shown = f" {kind(content(success)['schema'])}:" if "content" in success else ""
        also = f" Headers: {', '.join(headers)}." if headers else ""
        yield f"Answer {status}:{shown} {success['description']}{also}"
    codes = [
        f"{number} " + ", ".join(f"`{code}`" for code in named(told, failure["$ref"])["x-codes"])
        for number, failure in failures
    ]
    yield f"[Errors](errors.md#codes): {' · '.join(codes)}"


def named(told: Any, reference: str) -> Any:
    """What a reference of the document points at."""
    for part in reference.removeprefix("#/").split("/"):
        told = told[part]
    return told


def example(address: str, operation: Any) -> Iterator[str]:
    """What a test asked and was answered."""
    body = content(operation.get("requestBody", {})).get("example")
    answer = next(iter(operation["responses"].values()))
    told = content(answer).get("example")
    given = {one["name"]: one["example"] for one in operation.get("parameters", ()) if "example" in one}
    if body is None and told is None and not given:
        return
    method, _, path = address.partition(" ")
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", str(value))
    query = "&".join(f"{name}={value}" for name, value in given.items() if f"{{{name}}}" not in address)
    yield f"Example: `{method} {path}{'?' if query else ''}{query}`" + (" with" if body is not None else "")
    if body is not None:
        yield f"```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```"
    if told is not None:
        yield "answers" if body is None else "is answered"
        yield f"```json\n{json.dumps(told, indent=2, ensure_ascii=False)}\n```"


def content(of: Any) -> Any:
    """What stands in a body or an answer, whatever its media type."""
    return next(iter(of.get("content", {}).values()), {})


def shape(name: str, schema: Any) -> str:
    """A shape with its fields."""
    needs = schema.get("required", [])
    is_sent = name.endswith(("View", "Page", "Problem"))
    rows = (
        (f"`{field}`", kind(told) + ("" if is_sent else needed(field in needs)), meaning(told))
        for field, told in schema.get("properties", {}).items()
    )
    words = [schema["description"]] if schema.get("description") else []
    fields = [table(("Field", "Type", "Meaning"), rows)] if schema.get("properties") else []
    return "\n\n".join([f"### {name}", *words, *fields])


def meaning(told: Any) -> str:
    """What a field or parameter is."""
    return str(told.get("description") or "")


def needed(is_needed: bool) -> str:
    """A word beside the type of what must be sent."""
    return ", required" if is_needed else ""


def kind(schema: Any) -> str:
    """The type of a value in a few words: what a shape is is a link to it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SHAPE)
        return f"[{name}](#{name.lower()})"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(option) for option in options))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    told = schema.get("type", "anything")
    if isinstance(told, list):
        return " or ".join(kind({**schema, "type": one}) for one in told)
    if told == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if told == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'])}"
    return str({"date-time": "instant", "date": "day"}.get(schema.get("format", ""), told))
