"""Dispatch, health, metrics, request ids, and the documents of both products."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import pytest
from structlog.testing import capture_logs

from almoner.platform.http.hosts import Hosts
from almoner.platform.settings import Settings
from tests.unit.platform.http.http_toy import Toy


def test_products_are_found_by_host_name() -> None:
    toy = Toy(raise_host="raise.example", crm_host="crm.example")
    by_host = {
        host: toy.ask("GET", f"http://{host}/api/Nothing").headers["content-type"]
        for host in ("raise.example", "RAISE.example:8700", "crm.example")
    }
    assert list(by_host.values()) == ["application/problem+json"] * 2 + ["application/json"]


@pytest.mark.parametrize(
    ("crm_host", "public_url", "address"),
    [
        ("", "https://giving.example.org", "https://giving.example.org/crm"),
        ("crm.example.org", "https://giving.example.org", "https://crm.example.org"),
        ("CRM.example.org", "http://127.0.0.1:8700", "http://crm.example.org:8700"),
    ],
)
def test_a_product_is_told_where_it_is(crm_host: str, public_url: str, address: str) -> None:
    assert Hosts(Settings(crm_host=crm_host)).address_of("crm", public_url) == address


def test_what_nobody_serves_is_a_json_404() -> None:
    answer = Toy().ask("GET", "/nowhere")
    assert answer.status_code == 404
    assert answer.json()["instance"] == "/nowhere"


def test_health_needs_no_token_and_readiness_tells_what_is_missing() -> None:
    assert Toy().ask("GET", "/healthz", token=None).json() == {"status": "ok"}
    assert Toy().ask("GET", "/readyz", token=None).status_code == 200
    lacks = {"database": "ok", "migrations": "2 are not applied"}
    for serves, status, word in ((False, 503, "not ready"), (True, 200, "degraded")):
        answer = Toy(readiness=lacks, serves=serves).ask("GET", "/readyz", token=None)
        assert answer.status_code == status
        assert answer.json() == {"status": word, "checks": lacks}


def test_metrics_count_by_route_template_and_never_by_path() -> None:
    toy = Toy()
    for path in ("/raise/api/gift/12345", "/raise/api/Gift/67890", "/raise/api/secret-path"):
        toy.ask("GET", path)
    toy.ask("BREW", "/raise/api/Gift/1")
    text = toy.ask("GET", "/metrics", headers={"Host": "localhost:8700"}).text
    line = 'almoner_http_requests_total{method="GET",product="raise",route="/api/Gift/{giftId}",status="200"} 2.0'
    assert line in text
    assert 'route="unmatched",status="404"' in text
    assert 'method="other"' in text
    assert 'almoner_http_request_seconds_count{product="raise",route="/api/Gift/{giftId}"} 2.0' in text
    assert "12345" not in text
    assert "secret-path" not in text


METRICS_TOKEN = "scrape-0123456789"


def scraped(toy: Toy, at: str = "127.0.0.1", token: str | None = None, **headers: str) -> int:
    """How `/metrics` answers somebody at an address."""

    async def ask(_client: Any) -> int:
        transport = httpx.ASGITransport(app=toy.app, client=(at, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            credentials = {} if token is None else {"Authorization": f"Bearer {token}"}
            return (await client.get("/metrics", headers={**credentials, **headers})).status_code

    return cast("int", toy.run(ask))


@pytest.mark.parametrize("at", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_metrics_are_told_on_this_machine(at: str) -> None:
    assert scraped(Toy(), at) == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8700", "127.0.0.1:8700", "[::1]:8700", "[::1]"])
def test_metrics_are_told_to_who_asks_for_this_machine(host: str) -> None:
    assert scraped(Toy(), host=host) == 200


@pytest.mark.parametrize(
    "host", ["giving.example.org", "localhost.example.org:80", "10.0.0.7", "[2001:db8::1]", "[", ""]
)
def test_metrics_are_refused_to_who_asks_for_another_name_as_through_a_silent_proxy(host: str) -> None:
    assert scraped(Toy(), host=host) == 403


@pytest.mark.parametrize("at", ["10.0.0.7", "203.0.113.5", "2001:db8::1", "::ffff:10.0.0.7", "nowhere"])
def test_metrics_are_not_told_elsewhere(at: str) -> None:
    assert scraped(Toy(), at) == 403


FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
)


@pytest.mark.parametrize("header", [*FORWARDED, "X-Real-IP", "X-Client-IP", "CF-Connecting-IP"])
def test_metrics_are_not_told_to_those_for_whom_a_proxy_asks(header: str) -> None:
    assert scraped(Toy(), **{header: "127.0.0.1"}) == 403
    assert scraped(Toy(metrics_token=METRICS_TOKEN), token=METRICS_TOKEN, **{header: "203.0.113.5"}) == 200


def test_a_token_for_metrics_is_asked_for_from_everybody() -> None:
    toy = Toy(metrics_token=METRICS_TOKEN)
    assert scraped(toy, "203.0.113.5", METRICS_TOKEN) == 200
    assert [scraped(toy), scraped(toy, token="good"), scraped(toy, "203.0.113.5", METRICS_TOKEN + "x")] == [
        401
    ] * 3


def test_a_request_id_comes_back_and_a_bad_one_is_replaced() -> None:
    toy = Toy()
    given = toy.ask("GET", "/healthz", headers={"X-Request-Id": "abc-1.2_3"})
    assert given.headers["x-request-id"] == "abc-1.2_3"
    replaced = toy.ask("GET", "/healthz", headers={"X-Request-Id": "a b<script>"})
    assert re.fullmatch(r"[0-9a-f]{16}", replaced.headers["x-request-id"])


def test_the_access_log_holds_no_query_and_no_path() -> None:
    toy = Toy(log_level="debug")
    with capture_logs() as logs:
        toy.ask("GET", "/raise/api/Gift/12345?sortBy=secret")
    (entry,) = [log for log in logs if log["event"] == "request"]
    assert entry["route"] == "/api/Gift/{giftId}"
    assert (entry["status"], entry["product"], entry["method"]) == (200, "raise", "GET")
    assert "secret" not in str(entry)
    assert "12345" not in str(entry)


@pytest.fixture(scope="module", params=["raise", "crm"])
def document(request: pytest.FixtureRequest) -> Any:
    return Toy().ask("GET", f"/{request.param}/openapi.json", token=None).json()


def test_the_document_names_operations_after_their_functions(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    create = document["paths"]["/api/Gift"]["post"]
    assert create["operationId"] == "create_gift"
    assert create["summary"] == "Create a gift"
    assert create["description"] == "Create a gift.\n\nAmounts are exact.\n\nNeeds the scope `gift:create`."
    assert "200" in create["responses"]
    assert "openapi_document" not in str(document)


def test_the_document_shows_bodies_with_decimals_as_numbers(document: Any) -> None:
    content = document["paths"]["/api/Gift"]["post"]["requestBody"]["content"]
    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/GiftRequest"}}}
    schema = document["components"]["schemas"]["GiftRequest"]
    assert schema["properties"]["amount"] == {"type": "number"}
    assert schema["properties"]["isPrivate"]["type"] == "boolean"
    assert schema["required"] == ["amount", "name"]


def test_the_document_leaves_out_what_the_edge_fills_in(document: Any) -> None:
    parameters = document["paths"]["/api/Gift/{giftId}"]["get"]["parameters"]
    assert {parameter["name"] for parameter in parameters} == {"giftId", "includeDetails"}


def test_the_document_says_which_creates_honour_a_key(document: Any) -> None:
    (parameter,) = document["paths"]["/api/Gift"]["post"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Idempotency-Key", "header", False)


def test_the_document_states_security_and_errors_of_the_dialect(document: Any) -> None:
    create = document["paths"]["/api/Gift"]["post"]
    assert (create["security"], create["x-scope"]) == ([{"bearer": []}], "gift:create")
    assert document["paths"]["/api/Busy"]["get"]["security"] == []
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    is_crm = document["info"]["title"] == "Toy crm"
    assert ("422" in create["responses"]) is is_crm
    media_type = "application/json" if is_crm else "application/problem+json"
    name = create["responses"]["400"]["$ref"].removeprefix("#/components/responses/")
    refused = document["components"]["responses"][name]
    assert list(refused["content"]) == [media_type]
    assert refused["x-codes"] == (["BAD_REQUEST"] if is_crm else ["BAD_REQUEST", "VALIDATION_FAILED"])
    assert "- `BAD_REQUEST`: The body is no JSON" in refused["description"]


def test_the_document_marks_extensions(document: Any) -> None:
    paths = document["paths"]
    assert paths["/api/Gift/list"]["get"]["x-almoner-extension"] is True
    assert "x-almoner-extension" not in paths["/api/Gift"]["post"]
