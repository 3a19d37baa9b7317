"""Only what was understood is answered: what the originals have and we do not says so, and what nobody has is named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.originals import operation_key, originals_of
from almoner.sync.routes import routes as sync_routes
from tests.api.refusals import api
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
    ("product", "path"), [("crm", "/crm/API/project/QUERY/"), ("raise", "/raise/api//donor/Search?filter=x")]
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


async def test_a_filter_that_is_not_served_is_refused_with_what_is_understood(house: House) -> None:
    answer = await house.tenant.raise_.call("GET", "/raise/api/Gift/list?Filter=zzzz&Take=1")
    assert answer.status_code == 400
    (said,) = answer.json()["errors"]["Filter"]
    assert "not served" in said and "Skip, Take, SortBy, Descending" in said


@pytest.mark.parametrize("query", ["Filter=", "IncludeDetails=false", "includedetails=False"])
async def test_a_filter_that_asks_for_nothing_is_passed_over(house: House, query: str) -> None:
    answer = await house.tenant.raise_.call("GET", f"/raise/api/Gift/list?{query}")
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
