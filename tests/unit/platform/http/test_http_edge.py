"""The edge from outside: errors in both dialects, tokens and scopes, tolerance, transactions, limits."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from tests.unit.platform.http.http_toy import Toy

GIFT = {"amount": 5, "name": "Ann"}
BAD_GIFT = {"amount": "x", "name": ""}


@pytest.fixture
def toy() -> Toy:
    return Toy()


# --- errors ---------------------------------------------------------------------------------------------


def test_raise_answers_broken_fields_as_a_problem_document(toy: Toy) -> None:
    answer = toy.ask("POST", "/raise/api/Gift", json=BAD_GIFT)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "detail": "One or more fields are invalid.",
        "instance": "/raise/api/Gift",
        "code": "VALIDATION_FAILED",
        "errors": {
            "amount": ["Expected a number such as 1234.50."],
            "name": ["Must have at least 1 character."],
        },
    }


def test_crm_answers_broken_fields_as_error_and_message(toy: Toy) -> None:
    answer = toy.ask("POST", "/crm/api/Gift", json=BAD_GIFT)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["message"] == body["error"]["message"] == "One or more fields are invalid."
    assert body["error"]["code"] == "VALIDATION_FAILED"
    assert body["error"]["details"][1] == {
        "field": "name",
        "code": "TOO_SHORT",
        "message": "Must have at least 1 character.",
    }


@pytest.mark.parametrize("product", ["raise", "crm"])
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/Nothing", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("GET", "/api/Gift/abc", 404, "NOT_FOUND"),
        ("GET", "/api/Gift/-1", 404, "NOT_FOUND"),
        ("GET", "/api/Gift/9223372036854775808", 404, "NOT_FOUND"),
        ("GET", "/api/Reference/a%00b/1", 404, "NOT_FOUND"),
        ("DELETE", "/api/Gift/404", 404, "NOT_FOUND"),
        ("PUT", "/api/Gift/1", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/Gift/list?OrderBy=a%00b", 400, "BAD_REQUEST"),
        ("POST", "/api/Gift", 400, "BAD_REQUEST"),
        ("GET", "/api/Broken", 500, "INTERNAL_ERROR"),
        ("GET", "/api/Busy", 503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_every_refusal_speaks_the_dialect(
    toy: Toy, product: str, method: str, path: str, status: int, code: str
) -> None:
    answer = toy.ask(method, f"/{product}{path}")
    assert answer.status_code == status
    body = answer.json()
    if product == "crm" and status == 405:
        code = "BAD_REQUEST"  # of the codes that its clients know
    assert (body["code"] if product == "raise" else body["error"]["code"]) == code
    if product == "raise":
        assert body["status"] == status
        assert body["instance"] == f"/raise{path.partition('?')[0].replace('%00', chr(0))}"


def test_broken_parameters_are_named_all_at_once(toy: Toy) -> None:
    errors = toy.ask("GET", "/raise/api/Gift/1?includeDetails=maybe").json()["errors"]
    assert errors == {"includeDetails": ["Expected true or false, got text."]}
    assert toy.ask("GET", "/crm/api/Gift/list?First=x").status_code == 422
    assert toy.ask("GET", f"/crm/api/Gift/list?First={10**20}").status_code == 422


def test_the_unexpected_tells_nothing_but_an_id_that_is_logged(toy: Toy) -> None:
    structlog.reset_defaults()
    with capture_logs() as logs:
        answer = toy.ask("GET", "/crm/api/Broken")
    assert "secret" not in answer.text
    assert logs[0]["error_id"] == answer.headers["x-error-id"]
    assert logs[0]["error_id"] in answer.json()["message"]
    assert logs[0]["kind"] == "builtins.RuntimeError"
    assert "secret" not in json.dumps(logs)


def test_a_busy_answer_says_when_to_come_back(toy: Toy) -> None:
    assert toy.ask("GET", "/raise/api/Busy").headers["retry-after"] == "3"


# --- tokens ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "Bearer  good",
        'Bearer "good"',
        "Bearer 'good'",
        "good",
        "Basic good",
        "Bearer",
        "Bearer good x",
        "Bearer bad",
        "",
    ],
)
def test_only_one_blank_and_no_quotes_around_a_known_token(toy: Toy, value: str) -> None:
    answer = toy.ask("GET", "/crm/api/Gift/1", token=None, headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["message"] == "Authorization has been denied for this request."


def test_no_token_and_two_tokens_are_refused(toy: Toy) -> None:
    assert toy.ask("GET", "/raise/api/Gift/1", token=None).status_code == 401
    twice = [("Authorization", "Bearer good"), ("Authorization", "Bearer good")]
    answer = toy.run(lambda client: client.get("/raise/api/Gift/1", headers=twice))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("token", "reads", "writes"), [("reader", 200, 403), ("gifts", 200, 200), ("good", 200, 200)]
)
def test_scopes_are_checked_and_stars_grant_more(toy: Toy, token: str, reads: int, writes: int) -> None:
    assert toy.ask("GET", "/raise/api/Gift/1", token=token).status_code == reads
    assert toy.ask("POST", "/raise/api/Gift", token=token, json=GIFT).status_code == writes


def test_an_open_route_needs_no_token(toy: Toy) -> None:
    assert toy.ask("GET", "/raise/api/Reference/a/1", token=None).json() == ["a", "1"]


def test_the_token_is_checked_before_the_body_is_read(toy: Toy) -> None:
    assert toy.ask("POST", "/raise/api/Gift", token=None, content=b"{").status_code == 401


# --- tolerance ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/raise/api/Gift/list",
        "/RAISE/API/GIFT/LIST",
        "/raise//api///gift/list",
        "/raise/api/gift/list/",
        "//raise/api/Gift/list",
    ],
)
def test_paths_match_in_any_case_with_extra_slashes(toy: Toy, path: str) -> None:
    assert toy.ask("GET", f"http://toy.example{path}").json() == ["7 0 None"]


@pytest.mark.parametrize(
    "query",
    [
        "First=4&OrderBy=Name",
        "first=4&orderby=Name",
        "FIRST=4&oRdErBy=Name",
        "%46irst=4&order%42y=Name&other=1",
    ],
)
def test_query_names_match_in_any_case(toy: Toy, query: str) -> None:
    assert toy.ask("GET", f"/crm/api/Gift/list/?{query}").json() == ["7 4 Name"]


@pytest.mark.parametrize("product", ["raise", "crm"])
def test_list_parameters_match_in_any_case_and_are_checked(toy: Toy, product: str) -> None:
    path = f"/{product}/api/Gift/page"
    assert toy.ask("GET", path).json() == ["0 25 id False" if product == "raise" else "0 10 id False"]
    assert toy.ask("GET", f"{path}?sKIP=3&TAKE=7&sortby=Name&Descending=True").json() == [
        "3 7 last_name True"
    ]
    assert toy.ask("GET", f"{path}?take=100000").status_code == 400
    assert toy.ask("GET", f"{path}?skip={10**30}").status_code == (400 if product == "raise" else 422)


def test_parameters_in_a_path_keep_their_case(toy: Toy) -> None:
    assert toy.ask("GET", "/raise/API/reference/MiXed/12").json() == ["MiXed", "12"]


@pytest.mark.parametrize("path", ["/raise/api/Reference/a%2Fb/12", "//RAISE//api/reference/a%2fb/12/"])
def test_a_slash_inside_a_name_stays_there_behind_the_prefix(toy: Toy, path: str) -> None:
    assert toy.ask("GET", f"http://toy.example{path}").json() == ["a/b", "12"]


def test_a_slash_inside_a_name_stays_there_under_a_host_name() -> None:
    toy = Toy(raise_host="raise.example")
    assert toy.ask("GET", "http://raise.example/api/Reference/a%2Fb/12").json() == ["a/b", "12"]


def test_head_is_get_without_its_body(toy: Toy) -> None:
    answer = toy.ask("HEAD", "/raise/api/Gift/1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(toy.ask("GET", "/raise/api/Gift/1").content)


def test_options_and_refused_methods_say_what_is_allowed(toy: Toy) -> None:
    assert toy.ask("OPTIONS", "/raise/api/Gift/1", token=None).status_code == 204
    assert toy.ask("PUT", "/raise/api/Gift/1").headers["allow"] == "DELETE, GET, HEAD, OPTIONS"


# --- bodies over the wire -------------------------------------------------------------------------------


def test_creates_answer_200_with_exact_decimals_and_nulls(toy: Toy) -> None:
    answer = toy.ask("POST", "/raise/api/Gift", content='{"amount": 500.00, "name": "Ann"}')
    assert answer.status_code == 200
    assert answer.text == '{"id":1,"amount":500.00,"note":null}'


def test_deletes_have_no_body_and_the_products_own_status(toy: Toy) -> None:
    for product, status in (("raise", 204), ("crm", 200)):
        answer = toy.ask("DELETE", f"/{product}/api/Gift/1")
        assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    "media_type",
    [None, "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "nonsense"],
)
def test_json_is_read_whatever_it_is_called(toy: Toy, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = toy.ask("POST", "/raise/api/Gift", content=b'{"amount": 1, "name": "Ann"}', headers=headers)
    assert answer.status_code == 200


def test_forms_are_refused(toy: Toy) -> None:
    assert toy.ask("POST", "/raise/api/Gift", files={"amount": b"1"}).status_code == 415
    assert toy.ask("POST", "/crm/api/Gift", data={"amount": "1"}).status_code == 400


def test_a_body_beyond_the_limit_is_refused_by_its_announced_length() -> None:
    toy = Toy(body_bytes_max=1024)
    answer = toy.ask("POST", "/crm/api/Gift", content=b"x" * 1025)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "BAD_REQUEST"


def test_a_body_beyond_the_limit_is_refused_while_it_streams() -> None:
    toy = Toy(body_bytes_max=1024)
    sent = 0

    async def chunks() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 100

    answer = toy.ask("POST", "/raise/api/Gift", content=chunks())
    assert answer.status_code == 413
    assert sent < 20


def test_a_streamed_body_within_the_limit_is_put_together(toy: Toy) -> None:
    async def chunks() -> Any:
        yield b'{"amount": 1,'
        yield b'"name": "Ann"}'

    assert toy.ask("POST", "/raise/api/Gift", content=chunks()).status_code == 200


# --- transactions ---------------------------------------------------------------------------------------


def _call_directly(toy: Toy, events: list[str]) -> None:
    """One delete through ASGI that notes in `events` when the response starts."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        events.append(message["type"])

    request = httpx.Request(
        "DELETE", "http://toy.example/crm/api/Gift/1", headers={"Authorization": "Bearer good"}
    )
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    state = {
        "type": "http",
        "method": "DELETE",
        "path": "/crm/api/Gift/1",
        "query_string": b"",
        "headers": headers,
    }
    asyncio.run(cast("Any", toy.app)(state, receive, send))


def test_the_transaction_is_committed_before_the_response_starts(toy: Toy) -> None:
    _call_directly(toy, toy.db.events)
    assert toy.db.events == ["commit", "http.response.start", "http.response.body"]


def test_an_error_rolls_back(toy: Toy) -> None:
    toy.ask("DELETE", "/raise/api/Gift/404")
    assert toy.db.events == ["rollback"]


def test_a_commit_that_fails_is_not_told_as_success(toy: Toy) -> None:
    toy.db.fail_commit = True
    answer = toy.ask("POST", "/raise/api/Gift", json=GIFT)
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_a_body_that_cannot_be_read_opens_no_transaction(toy: Toy) -> None:
    toy.ask("POST", "/raise/api/Gift", json=BAD_GIFT)
    assert toy.db.events == []
