"""Only what was understood is answered: what the originals have and we do not says so, and what nobody has is named."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.originals import operation_key, originals_of
from almoner.platform.http.requests import query_values
from almoner.sync.routes import routes as sync_routes
from tests.api.refusals import api, assert_invalid
from tests.support.house import House, give_body
from tests.support.samples import PRODUCTS

pytestmark = pytest.mark.anyio

ORIGINALS = {"raise": originals_of("almoner.giving"), "crm": originals_of("almoner.crm")}
ROUTES = {"raise": [*giving_routes, *sync_routes], "crm": crm_routes}


def unserved(product: str) -> list[Any]:
    """The operations of the original that the product does not serve."""
    served = {operation_key(route.method, route.template) for route in ROUTES[product]}
    return [original for original in ORIGINALS[product] if original.key not in served]


@pytest.mark.parametrize("product", PRODUCTS)
async def test_each_operation_of_the_original_that_is_not_served_says_so_by_name(
    shared_house: House, product: str
) -> None:
    for original in unserved(product):
        path = re.sub(r"\{\w+\}", "7", original.path)
        answer = await api(shared_house, product).call(original.method, f"/{product}{path}", json={})
        assert answer.status_code == 501, f"{original.method} {path}: {answer.text}"
        assert f"{original.method} {original.path}" in answer.text and "NOT_IMPLEMENTED" in answer.text
        assert f"/{product}/coverage.json" in answer.text


@pytest.mark.parametrize(
    ("product", "path"),
    [("crm", "/crm/API/volunteerOpportunity/QUERY/"), ("raise", "/raise/api//recurringgift/List?filter=x")],
)
async def test_an_operation_that_is_not_served_is_known_in_any_case(
    shared_house: House, product: str, path: str
) -> None:
    method = "POST" if product == "crm" else "GET"
    assert (await api(shared_house, product).call(method, path, json={})).status_code == 501


@pytest.mark.parametrize("path", ["/raise/api/Donor/searsh", "/raise/api/Gift/12x", "/raise/api/Campaign/-1"])
async def test_what_is_no_id_is_not_blamed_on_the_data(shared_house: House, path: str) -> None:
    answer = await api(shared_house, "raise").call("GET", path)
    assert answer.status_code == 404
    assert "no operation" in answer.json()["detail"] and path.rpartition("/")[2] in answer.json()["detail"]


async def test_a_word_of_another_operation_hides_no_record(house: House) -> None:
    """`POST /api/Contact/Query` is an operation; a reference whose source is called Query is one all the same."""
    answer = await house.tenant.crm.call("GET", "/crm/api/Contact/Query/5")
    assert answer.status_code == 404 and "contact" in answer.text.lower()


@pytest.mark.parametrize("query", ["Filter=zzzz&Filter=", "filter=zzzz&FILTER=false", "Filter=&Filter=zzzz"])
async def test_a_filter_is_refused_whatever_else_is_written_in_its_name(
    shared_house: House, query: str
) -> None:
    answer = await api(shared_house, "raise").call("GET", f"/raise/api/Campaign/list?{query}")
    assert answer.status_code == 400, answer.text
    assert [name.lower() for name in answer.json()["errors"]] == ["filter"]


@pytest.mark.parametrize("query", ["Filter=", "IncludeDetails=false", "includedetails=False"])
async def test_a_filter_that_asks_for_nothing_is_passed_over(house: House, query: str) -> None:
    answer = await house.tenant.raise_.call("GET", f"/raise/api/Campaign/list?{query}")
    assert answer.status_code == 200, answer.text


async def test_parameters_nobody_has_are_tolerated_and_named(house: House) -> None:
    answer = await house.tenant.raise_.call(
        "GET", "/raise/api/Gift/list?utm_Source=x&take=1&%C3%B6=1&SortBy=nonsense"
    )
    assert answer.status_code == 200
    assert answer.headers["x-ignored-parameters"] == "utm_Source, %C3%B6, SortBy=nonsense"


async def test_nothing_is_named_when_everything_was_understood(house: House) -> None:
    answer = await house.tenant.raise_.call("GET", "/raise/api/Gift/list?Take=1&SortBy=Date")
    assert answer.status_code == 200
    assert not {"x-ignored-parameters", "x-ignored-fields"} & answer.headers.keys()


async def test_of_a_thousand_unknown_parameters_the_first_are_named(house: House) -> None:
    query = "&".join(f"p{number}=1" for number in range(1000))
    answer = await house.tenant.raise_.call("GET", f"/raise/api/Gift/list?{query}")
    told = answer.headers["x-ignored-parameters"].split(", ")
    assert (answer.status_code, told[0], told[-1], len(told)) == (200, "p0", "...", 21)


async def test_fields_nobody_has_are_tolerated_and_named(house: House) -> None:
    body = give_body(5, appealCode="A")
    body["donor"]["nickname"] = "Jo"
    answer = await house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)
    assert answer.status_code == 200, answer.text
    assert set(answer.headers["x-ignored-fields"].split(", ")) == {"appealCode", "donor.nickname"}


@pytest.mark.parametrize(
    ("body", "named"),
    [(b'{"Reason": "Holiday", "x": [{}]}', "Reason, x"), (b"{}", None), (b"[1]", None), (b"{", None), (b"", None),
     (b'{"a":' * 100_000, None)],
)  # fmt: skip
async def test_a_body_where_none_is_read_is_passed_by_and_its_fields_are_named(
    house: House, body: bytes, named: str | None
) -> None:
    campaign = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring", "startDate": "2026-03-01"}
    )
    answer = await house.tenant.raise_.call(
        "PUT", f"/raise/api/Campaign/{campaign['id']}/toggle-sync", content=body
    )
    assert answer.status_code == 200 and answer.json()["canSync"] is False
    assert answer.headers.get("x-ignored-fields") == named


@pytest.mark.parametrize("key", ["utm\ud83d", "\udfff", "a" * 5000, "\U0001f600" * 200, "a\r\nX-Evil: 1"])
async def test_a_key_of_any_letters_is_named_and_the_gift_is_made_once(house: House, key: str) -> None:
    """What was done is answered as done, whatever stood beside it."""
    body = json.dumps({**give_body(78), key: "x"})
    answer = await house.tenant.raise_.call("POST", "/raise/api/Raise/give", content=body)
    assert answer.status_code == 200, answer.text
    assert len(answer.headers["x-ignored-fields"]) <= 1_000 and "x-evil" not in answer.headers
    assert (await house.tenant.raise_.get("/raise/api/Gift/list"))["total"] == 1


async def test_the_header_has_an_end_however_much_was_ignored(house: House) -> None:
    body = {**give_body(5), **{f"{number}{chr(0x1F600) * 60}": 1 for number in range(500)}}
    answer = await house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)
    assert answer.status_code == 200 and len(answer.headers["x-ignored-fields"]) <= 1_100


async def test_a_query_of_a_thousand_names_is_parsed_a_few_times_only(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []

    def counted(raw: bytes) -> dict[str, str]:
        parsed.append(raw)
        return query_values(raw)

    monkeypatch.setattr("almoner.platform.http.requests.query_values", counted)
    query = "&".join(["%41", *(f"a{number}" for number in range(1000))])
    answer = await api(shared_house, "raise").call("GET", f"/raise/openapi.json?{query}")
    assert answer.status_code == 200 and 1 <= len(parsed) <= 3


async def test_of_half_a_million_broken_entries_the_first_are_named(shared_house: House) -> None:
    body = json.dumps({**give_body(25), "projects": [1] * 300_000})
    answer = await api(shared_house, "raise").call("POST", "/raise/api/Raise/give", content=body)
    assert answer.status_code == 400 and len(answer.content) < 20_000
    assert "More than 100 fields" in answer.json()["detail"] and "projects[0]" in answer.json()["errors"]


async def test_of_very_many_unknown_fields_of_a_change_the_first_are_named(house: House) -> None:
    gift = await house.tenant.give(5)
    body = {f"segmentcod{number}": 1 for number in range(20_000)}
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json=body)
    assert answer.status_code == 400 and len(answer.json()["errors"]) == 20


async def test_a_misspelt_field_is_named_beside_the_one_that_is_missing(house: House) -> None:
    body = {**give_body(5), "amont": 5}
    del body["amount"]
    answer = await house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"]["amount"] == [
        "This field is required. 'amont' is not known here: was this meant?"
    ]


async def test_a_change_that_names_nothing_known_is_refused(house: House) -> None:
    gift = await house.tenant.give(5)
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json={"nots": "x"})
    assert answer.status_code == 400
    assert answer.json()["errors"]["nots"] == ["No field of this name can be changed. Did you mean 'notes'?"]


async def test_a_change_of_a_donor_that_names_nothing_known_is_refused(house: House) -> None:
    gift = await house.tenant.give(5)
    path = f"/raise/api/Donor/{gift['donorId']}"
    answer = await house.tenant.raise_.call("PATCH", path, json={"lastNam": "Zed"})
    assert answer.status_code == 400
    assert answer.json()["errors"]["lastNam"] == [
        "No field of this name can be changed. Did you mean 'lastName'?"
    ]
    both = await house.tenant.raise_.call("PATCH", path, json={"lastNam": "Zed", "firstName": "Zoe"})
    assert (both.status_code, both.headers["x-ignored-fields"]) == (200, "lastNam")


@pytest.mark.parametrize("product", PRODUCTS)
async def test_each_list_says_by_which_names_it_sorts(shared_house: House, product: str) -> None:
    told = await api(shared_house, product).get(f"/{product}/openapi.json")
    lists = [
        (path, parameter["description"])
        for path, item in told["paths"].items()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter["name"].lower() == "sortby"
    ]
    assert lists and all(re.search(r"Known: .*`id`", words) for _, words in lists), lists


@pytest.mark.parametrize("product", PRODUCTS)
async def test_coverage_tells_each_operation_once_and_counts_them(shared_house: House, product: str) -> None:
    told = await api(shared_house, product).get(f"/{product}/coverage.json")
    keys = [operation_key(each["method"], each["path"]) for each in told["operations"]]
    assert len(keys) == len(set(keys))
    originals = [each for each in told["operations"] if not each["extension"]]
    assert (len(originals), sum(each["served"] for each in originals)) == (told["total"], told["served"])
    assert len(originals) == len(ORIGINALS[product])


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_operation_is_an_extension_when_the_original_does_not_have_it(product: str) -> None:
    keys = {original.key for original in ORIGINALS[product]}
    wrong = [
        f"{route}: say extension={not route.extension}"
        for route in ROUTES[product]
        if route.extension is (operation_key(route.method, route.template) in keys)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("product", PRODUCTS)
def test_no_operation_stands_twice_among_the_originals(product: str) -> None:
    keys = [original.key for original in ORIGINALS[product]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", ["/raise/api/Gift/list?Take=null", "/crm/api/Gift/ByContact/1?take=null"])
async def test_the_word_null_is_no_parameter_that_was_left_out(shared_house: House, path: str) -> None:
    product = path.split("/")[1]
    answer = await api(shared_house, product).call("GET", path)
    assert_invalid(product, answer, {"Take" if product == "raise" else "take"})


@pytest.mark.parametrize(
    "query", ["Take=1&Take=2", "take=1&TAKE=02", "Take=&Take=5", "Take=1&x=1&x=2&Take=1&Take=9"]
)
async def test_a_parameter_with_two_values_is_refused(shared_house: House, query: str) -> None:
    answer = await api(shared_house, "raise").call("GET", f"/raise/api/Gift/list?{query}")
    assert_invalid("raise", answer, {"Take"})
    assert "written twice" in answer.json()["errors"]["Take"][0]


async def test_the_same_value_twice_and_unknown_names_with_several_are_tolerated(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call("GET", "/raise/api/Gift/list?Take=1&take=1&x=1&x=2")
    assert (answer.status_code, answer.headers["x-ignored-parameters"]) == (200, "x")
