"""Requests that cannot be understood: each product's documented error, and nothing stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.refusals import PRODUCTS, api, assert_invalid, assert_refused
from tests.support.house import House, give_body

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

CREATE = {"raise": "/raise/api/Raise/give", "crm": "/crm/api/Project"}
RECORD = {"raise": "/raise/api/Gift", "crm": "/crm/api/Project"}
VALID = {"raise": give_body(), "crm": {"name": "Wells"}}
LIST = {"raise": "/raise/api/Gift/list", "crm": "/crm/api/Gift/ByContact/1"}
BODY_BYTES_MAX = 1_048_576

UNREADABLE = {
    "nothing": b"",
    "blanks": b" \n\t ",
    "cut short": b'{"amount": 5, "name": "We',
    "something after it": b'{"amount": 5, "name": "Wells"} ]',
    "a comment": b'{"amount": 5} // five',
    "single quotes": b"{'amount': 5}",
    "NaN": b'{"amount": NaN, "beginningBalance": NaN, "name": "Wells"}',
    "infinity": b'{"amount": -Infinity, "name": "Wells"}',
    "a list": b"[]",
    "a text": b'"give"',
    "a number": b"17",
    "null": b"null",
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-8 of a surrogate": b'{"name": "\xed\xa0\x80"}',
    "UTF-16": '{"name": "Wells"}'.encode("utf-16"),
    "a control character in a text": b'{"name": "We\x01lls"}',
    "deep nesting of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep nesting of lists": b'{"projects":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_unreadable_body_is_refused(shared_house: House, product: str, body: bytes) -> None:
    answer = await api(shared_house, product).call("POST", CREATE[product], content=body)
    assert_refused(product, answer, 400, "BAD_REQUEST", set())


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_body_that_says_it_is_huge_is_refused(shared_house: House, product: str) -> None:
    body = b'{"name": "%s"}' % (b"x" * BODY_BYTES_MAX)
    answer = await api(shared_house, product).call("POST", CREATE[product], content=body)
    assert_refused(product, answer, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_body_that_grows_huge_in_pieces_is_refused(shared_house: House, product: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    answer = await api(shared_house, product).call("POST", CREATE[product], content=pieces())
    assert "content-length" not in answer.request.headers
    assert_refused(product, answer, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_form_is_refused(shared_house: House, product: str) -> None:
    caller = api(shared_house, product)
    as_form = await caller.call("POST", CREATE[product], data={"name": "Wells"})
    as_parts = await caller.call("POST", CREATE[product], files={"name": b"Wells"})
    for answer in (as_form, as_parts):
        if product == "raise":
            assert_refused(product, answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        else:
            assert_refused(product, answer, 400, "BAD_REQUEST")
            assert_unreadable(answer.json(), "The request body must be JSON, not a form.")


async def test_the_crm_tells_of_a_body_that_is_no_json_as_its_clients_know_it(shared_house: House) -> None:
    """client-facts.md 7: the sentence, and `modelState` with the reason."""
    answer = await shared_house.tenant.crm.call("POST", CREATE["crm"], content=b"name=Wells")
    assert_refused("crm", answer, 400, "BAD_REQUEST")
    assert_unreadable(answer.json(), None)


def assert_unreadable(body: dict[str, Any], why: str | None) -> None:
    """The sentence of the original, and why in `modelState`."""
    assert body["message"] == "The request is invalid."
    (told,) = body["modelState"]["body"]
    assert told == why or (why is None and told)


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_wrong_method_is_refused_with_the_right_ones(shared_house: House, product: str) -> None:
    answer = await api(shared_house, product).call("DELETE", CREATE[product])
    assert_refused(product, answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == {"raise": "OPTIONS, POST", "crm": "OPTIONS, PATCH, POST"}[product]


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("path", ["/api/Nothing", "/", "", "/api", "/api/Gift/1/2/3/4", "/api/%2e%2e/%00"])
async def test_an_unknown_path_is_refused(shared_house: House, product: str, path: str) -> None:
    answer = await api(shared_house, product).call("GET", f"/{product}{path}")
    assert_refused(product, answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    "record",
    ["999999999", "0", "-1", "1.5", "abc", str(2**63 - 1), str(2**63), "9" * 400, "1%00", "%F0%9F%92%A7"],
)
async def test_an_id_that_names_nothing_is_refused(shared_house: House, product: str, record: str) -> None:
    answer = await api(shared_house, product).call("GET", f"{RECORD[product]}/{record}")
    assert_refused(product, answer, 404, "NOT_FOUND")


BAD_PAGES = {
    "before the start": ({"Skip": "-1", "Take": "-1"}, {"skip", "take"}),
    "too many": ({"Take": "1001"}, {"take"}),
    "beyond bigint": ({"Skip": "9" * 30}, {"skip"}),
    "no number": ({"Skip": "ten", "Take": "1.5"}, {"skip", "take"}),
    "neither true nor false": ({"Descending": "perhaps"}, {"descending"}),
}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(("query", "fields"), BAD_PAGES.values(), ids=BAD_PAGES)
async def test_a_page_out_of_range_is_refused(
    shared_house: House, product: str, query: dict[str, str], fields: set[str]
) -> None:
    answer = await api(shared_house, product).call("GET", LIST[product], params=query)
    named = {name[0].upper() + name[1:] for name in fields} if product == "raise" else fields
    if product == "crm" and not {"9" * 30, "ten", "perhaps"} & set(query.values()):
        assert_refused(product, answer, 400, "BAD_REQUEST", named)  # its clients know no other (crm-api.md 5)
    else:
        assert_invalid(product, answer, named)


BAD_TOKENS = {
    "none": None,
    "an empty header": "",
    "no token": "Bearer",
    "another scheme": "Basic YTpi",
    "no scheme": "{token}",
    "two blanks": "Bearer  {token}",
    "a blank at the end": "Bearer {token} ",
    "quotes": 'Bearer "{token}"',
    "single quotes": "Bearer '{token}'",
    "of the other product": "Bearer {other}",
    "one character more": "Bearer {token}x",
    "one character less": "Bearer {short}",
    "of another organization": "Bearer {moved}",
    "of no organization": "Bearer rse_999999999_abc",
    "an organization beyond bigint": f"Bearer rse_{'9' * 40}_abc",
    "huge": f"Bearer {'x' * 20_000}",
}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("header", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_bad_token_is_refused(shared_house: House, product: str, header: str | None) -> None:
    made = shared_house.tenant.organization
    token, other = made.raise_token, made.crm_token
    if product == "crm":
        token, other = other, token
    moved = token.replace(f"_{shared_house.tenant.id}_", f"_{shared_house.tenant.id + 1}_", 1)
    caller = api(shared_house, product)
    request = caller.client.build_request("POST", CREATE[product], json=VALID[product])
    del request.headers["authorization"]
    if header is not None:
        request.headers["authorization"] = header.format(
            token=token, other=other, short=token[:-1], moved=moved
        )
    answer = await caller.client.send(request)
    assert_refused(product, answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_sent_twice_is_refused(shared_house: House) -> None:
    caller = api(shared_house, "raise")
    twice = [("authorization", caller.client.headers["authorization"])] * 2
    request = caller.client.build_request("GET", LIST["raise"])
    del request.headers["authorization"]
    request.headers = type(request.headers)([*request.headers.items(), *twice])
    assert_refused("raise", await caller.client.send(request), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("product", PRODUCTS)
async def test_crm_clients_find_the_sentence_they_look_for(shared_house: House, product: str) -> None:
    answer = await api(shared_house, product).call("GET", LIST[product], headers={"Authorization": ""})
    assert "Authorization has been denied for this request." in answer.text
