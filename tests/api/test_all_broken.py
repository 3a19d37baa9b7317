"""Types, rules and references: whatever is broken in a body is named in one answer, and nothing that only follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

import pytest

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.platform.http.binding import body_item
from almoner.platform.http.route import Route
from almoner.sync.routes import routes as sync_routes
from tests.api.refusals import api, assert_invalid, assert_refused
from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

GIVE = "/raise/api/Raise/give"
NOBODY = 999_999_999


@pytest.mark.parametrize("route", [*giving_routes, *crm_routes, *sync_routes], ids=str)
def test_each_operation_with_a_body_says_what_else_is_broken(route: Route) -> None:
    takes_body = any(body_item(hint) is not None for hint in get_type_hints(route.handler).values())
    assert (route.judge is not None) == takes_body, (
        f"{route}: name by `judge` what finds everything broken in its body"
    )


NEW: Mapping[str, tuple[str, str, Mapping[str, Any], set[str]]] = {
    "a gift": (
        "raise",
        GIVE,
        give_body(
            isAnonymous="perhaps",
            date="2999-01-01",
            campaignId=NOBODY,
            donor={"email": "ada", "firstName": 7},
            projects=[{"code": "nothing like it", "amount": 20}, {"projectId": "x", "amount": 30}, 7],
        ),
        {"isAnonymous", "date", "campaignId", "donor.email", "donor.firstName", "projects[0].code", "projects[1].projectId", "projects[2]"},
    ),
    "a gift whose types are right": (
        "raise",
        GIVE,
        give_body(-1, campaignId=NOBODY, projects=[{"projectId": NOBODY}]),
        {"amount", "campaignId", "projects[0].projectId"},
    ),
    "a gift of which nobody knows what it is in, who gives it and what for": (
        "raise",
        GIVE,
        {
            **give_body(10.505, None, currencyCode=7, isRecurring=True, donor={"sourceSystem": "x", "sourceKey": 7}),
            "projects": [{"code": 7, "amount": 0.001}, {"projectId": NOBODY, "amount": 1}],
        },
        {"currencyCode", "isRecurring", "donor.sourceKey", "projects[0].code", "projects[1].projectId"},
    ),
    "a campaign": (
        "raise",
        "/raise/api/Campaign",
        {"name": " ", "startDate": "soon", "endDate": "1700-01-01T00:00:00Z", "givingGoal": -1},
        {"name", "startDate", "endDate", "givingGoal"},
    ),
    "a giving project": ("raise", "/raise/api/Project", {"name": 7, "code": " "}, {"name", "code"}),
    "a CRM project": (
        "crm",
        "/crm/api/Project",
        {"name": " ", "isPublic": "perhaps", "startDate": "never", "parentId": NOBODY},
        {"name", "isPublic", "startDate", "parentId"},
    ),
    "a CRM project whose types are right": (
        "crm",
        "/crm/api/Project",
        {"name": "Wells", "financialNeedAmount": -1, "parentId": NOBODY},
        {"financialNeedAmount", "parentId"},
    ),
    "a note": (
        "crm",
        "/crm/api/ContactNote",
        {"contactId": NOBODY, "type": "rumour", "note": 7, "noteDateTime": "never"},
        {"contactId", "type", "note", "noteDateTime"},
    ),
}  # fmt: skip


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("product", "path", "body", "fields"), NEW.values(), ids=NEW)
async def test_all_that_is_broken_in_a_new_record_is_named_at_once(
    shared_house: House, product: str, path: str, body: Mapping[str, Any], fields: set[str]
) -> None:
    assert_invalid(product, await api(shared_house, product).call("POST", path, json=body), fields)


async def test_all_that_is_broken_in_a_change_is_named_at_once(house: House) -> None:
    gift = (await house.tenant.raise_.call("POST", GIVE, json=give_body(50))).json()
    patch: dict[str, Any] = {
        "amount": "x",
        "date": "2999-01-01",
        "projects": [{"code": "nothing like it", "amount": 50}],
    }
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json=patch)
    assert_invalid("raise", answer, {"amount", "date", "projects[0].code"})
    patch = {"amount": 60, "date": "2999-01-01", "projects": [{"code": "nothing like it", "amount": 1}]}
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift['id']}", json=patch)
    assert_invalid("raise", answer, {"date", "projects", "projects[0].code"})
    answer = await house.tenant.raise_.call(
        "PATCH", f"/raise/api/Gift/{gift['id']}", json={"date": "x", "projects": [{"code": 7}]}
    )
    assert_invalid("raise", answer, {"date", "projects[0].code"})
    patch = {"firstName": 7, "email": "ada", "crmKeys": {"Elsewhere": "1", "VirtuousCRM": "2", " ": "3"}}
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Donor/{gift['donorId']}", json=patch)
    assert_invalid("raise", answer, {"firstName", "email", "crmKeys"})


@pytest.mark.usefixtures("unchanged")
async def test_a_change_of_what_is_not_there_names_what_can_be_known(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call(
        "PATCH", f"/raise/api/Donor/{NOBODY}", json={"firstName": 7, "email": "ada"}
    )
    assert_invalid("raise", answer, {"firstName"})


async def test_the_records_of_others_are_not_there(house: House) -> None:
    other = await house.another_tenant()
    theirs = (await other.crm.call("POST", "/crm/api/Project", json={"name": "Theirs"})).json()["id"]
    body = {"name": 7, "parentId": theirs}
    assert_invalid(
        "crm", await api(house, "crm").call("POST", "/crm/api/Project", json=body), {"name", "parentId"}
    )


async def test_where_too_much_is_broken_nobody_looks_further(shared_house: House) -> None:
    body = give_body(campaignId=NOBODY, projects=[7] * 200)
    answer = await api(shared_house, "raise").call("POST", GIVE, json=body)
    assert_refused("raise", answer, 400, "VALIDATION_FAILED", {f"projects[{n}]" for n in range(100)})
