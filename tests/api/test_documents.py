"""The OpenAPI documents are whole: each operation, parameter and field is told, closed lists are lists, errors have their codes."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.refusals import api
from tests.api.walk import document
from tests.support.house import House
from tests.support.samples import PRODUCTS

pytestmark = pytest.mark.anyio

LISTED = re.compile(r"(?:^|[a-z])(?:state|status|statusText|reason|entity|type|frequency)$", re.IGNORECASE)
OPEN = {
    "VoidBody.reason": "words of staff, of a mail server or of ours",
    "ReceiptView.reason": "words of staff, of a mail server or of ours",
    "ReceiptView.letterReason": "words of staff, of a mail server or of ours",
    "LetterView.reason": "words of staff, of a mail server or of ours",
    "DonorAddressView.state": "of an address",
    "GiveDonorBody.state": "of an address",
    "DonorPatchBody.state": "of an address",
    "AddressBody.state": "of an address",
    "GiftAddressView.state": "of an address",
    "CampaignSyncBody.reason": "what somebody says",
    "DonorBody.state": "of an address",
    "DonorAddressBody.state": "of an address",
    **{
        f"{shape}.reason": "in the words of whoever did it"
        for shape in (
            "GiftTransferBody",
            "GiftTransferView",
            "DonorMergeBody",
            "DonorMergeView",
            "DonorUnmergeBody",
            "DonorActivityView",
            "RefundBody",
        )
    },
    "ContactAddressView.state": "of an address",
    "TributeView.state": "of an address",
    "TributeBody.state": "of an address",
    "GiftBody.state": "taken and not kept: its values are not known",
    "GiftReplacementBody.state": "the same",
    "ProjectRoleView.projectRoleType": "in the organization's own words",
    "ProjectRoleRowView.projectRoleType": "in the organization's own words",
    "SyncChangeView.reason": "in the words of whoever flipped a switch",
    "DonorAddressView.addressTypeDisplay": "a label that the original leaves open",
    "DonorMethodView.typeDisplay": "a label that the original leaves open",
    "ContactMethodView.type": "a label that the original leaves open",
    "ContactView.contactType": "an organization may define its own",
    "FollowedContactView.contactType": "an organization may define its own",
    **{
        f"Communication{shape}.{field}": "in the organization's own words"
        for shape in ("Body", "View", "RowView")
        for field in ("channelType", "communicationType")
    },
    "GiftView.giftType": "a gift may come from a system with its own",
    "GiftRowView.giftType": "a gift may come from a system with its own",
    "GiftByReferenceView.giftType": "a gift may come from a system with its own",
    "GiftBody.creditCardType": "kinds of cards are many, and written in many ways",
    "GiftBody.cryptocoinType": "new coins come every day",
    "GiftTypeDetailsBody.creditCardType": "kinds of cards are many, and written in many ways",
    "GiftTypeDetailsBody.cryptocoinType": "new coins come every day",
    "GiftTypeDetailsView.creditCardType": "kinds of cards are many, and written in many ways",
    "GiftTypeDetailsView.cryptocoinType": "new coins come every day",
    "GiftReplacementBody.creditCardType": "kinds of cards are many, and written in many ways",
    "GiftReplacementBody.cryptocoinType": "new coins come every day",
    "GiftDesignationView.projectType": "in the organization's own words",
    "ProjectView.type": "in the organization's own words",
    "ProjectBody.type": "in the organization's own words",
    "ProjectView.durationType": "in the organization's own words",
    "ProjectBody.durationType": "in the organization's own words",
    "ProjectView.financialNeedType": "in the organization's own words",
    "ProjectBody.financialNeedType": "in the organization's own words",
    "ProjectView.financialNeedFrequency": "in the organization's own words",
    "ProjectBody.financialNeedFrequency": "in the organization's own words",
    "ProjectView.inventoryStatus": "in the organization's own words",
    "ProjectBody.inventoryStatus": "in the organization's own words",
    "ProjectReplacementBody.type": "in the organization's own words",
    "ProjectReplacementBody.durationType": "in the organization's own words",
    "ProjectReplacementBody.financialNeedType": "in the organization's own words",
    "ProjectReplacementBody.financialNeedFrequency": "in the organization's own words",
    "ProjectReplacementBody.inventoryStatus": "in the organization's own words",
    "ProjectPatchBody.type": "in the organization's own words",
    "GiftDesignationRowView.giftType": "a gift may come from a system with its own",
    "GiftDesignationRowView.contactType": "an organization may define its own",
    "GiftDesignationRowView.projectType": "in the organization's own words",
    "GiftDesignationRowView.parentProjectType": "in the organization's own words",
    "RecurringGiftView.cancelReason": "in the organization's own words",
    "CancelBody.cancelReason": "in the organization's own words",
    "PledgeView.writeOffReason": "in the organization's own words",
    "WriteOffBody.reason": "in the organization's own words",
    "GiftAskBody.status": "in the organization's own words",
    "GiftAskChangeBody.status": "in the organization's own words",
    "GiftAskView.status": "in the organization's own words",
    "ContactView.maritalStatus": "not kept yet",
    "FollowedContactView.maritalStatus": "not kept yet",
    "ContactView.giftAskType": "not kept yet",
    "FollowedContactView.giftAskType": "not kept yet",
    "GiftSpecificationView.frequency": "not kept yet",
    "Problem.type": "the address of a description of the status",
    "Problem.status": "the HTTP status",
    "Problem.modelState": "what is wrong with the body",
    "GiveBody.paymentMethodType": "numbers that the original leaves without labels",
    "SelectingBody.queryType": "taken and passed by",
    "ReversalView.reason": "words of staff, or of the processor",
}
"""Fields that sound like a closed list and are none: why."""


def unsaid(told: dict[str, Any]) -> Iterator[str]:
    """What a document leaves out, each with where to write it."""
    for path, item in told["paths"].items():
        for method, operation in item.items():
            yield from _of_operation(f"{method.upper()} {path}", operation, told)
    for name, schema in told["components"]["schemas"].items():
        yield from _of_schema(name, schema)


def _of_operation(name: str, operation: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    if len(operation.get("description", "")) < 20:
        yield f"{name}: no description; write the handler's docstring"
    tags = {tag["name"]: tag["description"] for tag in told["tags"]}
    if not operation.get("tags") or not all(tags.get(tag) for tag in operation["tags"]):
        yield f"{name}: no tag that is described; begin the docstring of its routes.py with '`/api/Name`: what it is for'"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "example" not in content:
            yield f"{name}: no example of a body; ./dev documents writes it"
    for parameter in operation.get("parameters", ()):
        if not parameter.get("description"):
            yield f"{name}: parameter {parameter['name']} is not described; annotate it with Meta(description=...)"
    yield from _of_answers(name, operation, told)


def _of_answers(name: str, operation: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    for status, reference in operation["responses"].items():
        answer = resolved(reference, told)
        if status.startswith("2"):
            if "example" not in answer.get("content", {}).get("application/json", {"example": None}):
                yield f"{name}: no example; ./dev documents writes it"
        elif not answer.get("x-codes"):
            yield f"{name}: {status} has no codes"
    missing = {"400", "500", "503"} - operation["responses"].keys()
    if operation["security"]:
        missing |= {"401", "403"} - operation["responses"].keys()
    if missing:
        yield f"{name}: errors {sorted(missing)} are missing"


def _of_schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    for field, value in schema.get("properties", {}).items():
        if not value.get("description"):
            yield f"{name}.{field}: not described; write what it is under its declaration"
        place = f"{name}.{field}"
        if LISTED.search(field) and "enum" not in str(value) and place not in OPEN:
            yield f"{place}: a closed list is plain text; annotate it with its StrEnum or one_of(...)"


def resolved(value: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in value:
        _, *steps = value["$ref"].split("/")
        value = told
        for step in steps:
            value = value[step]
    return value


@pytest.mark.parametrize("product", PRODUCTS)
async def test_nothing_is_left_unsaid(shared_house: House, product: str) -> None:
    wrong = list(unsaid(await document(shared_house, product)))
    assert not wrong, "\n".join(wrong)


async def test_each_field_said_to_be_no_list_is_there_and_has_none(shared_house: House) -> None:
    fields = {
        f"{name}.{field}": value
        for product in PRODUCTS
        for name, schema in (await document(shared_house, product))["components"]["schemas"].items()
        for field, value in schema.get("properties", {}).items()
    }
    assert not [place for place in OPEN if place not in fields or "enum" in str(fields[place])]


async def test_what_may_be_paid_twice_is_told_with_its_key(shared_house: House) -> None:
    told = await document(shared_house, "raise")
    give = told["paths"]["/api/Raise/give"]["post"]["responses"]
    assert "may be paid twice" in resolved(give["503"], told)["description"]
    assert "under the same `Idempotency-Key`" in resolved(give["503"], told)["description"]


@pytest.mark.parametrize("product", PRODUCTS)
async def test_no_place_of_the_source_is_told(shared_house: House, product: str) -> None:
    assert ".md" not in str(await document(shared_house, product))


@pytest.mark.parametrize("product", PRODUCTS)
async def test_the_names_of_shapes_are_plain(shared_house: House, product: str) -> None:
    names = (await document(shared_house, product))["components"]["schemas"]
    assert not [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]


def _drop(part: dict[str, Any], *steps: str) -> None:
    *way, last = steps
    for step in way:
        part = part[step]
    del part[last]


FOUND = ("paths", "/api/Gift/{giftId}", "get")
PLANTED = {
    "description": ((*FOUND, "description"), "no description"),
    "tag": ((*FOUND, "tags"), "no tag"),
    "example": ((*FOUND, "responses", "200", "content", "application/json", "example"), "no example"),
    "body": (
        ("paths", "/api/Raise/give", "post", "requestBody", "content", "application/json", "example"),
        "no example of a body",
    ),
    "errors": ((*FOUND, "responses", "503"), "errors ['503'] are missing"),
    "refusals": ((*FOUND, "responses", "403"), "errors ['403'] are missing"),
    "field": (
        ("components", "schemas", "GiftView", "properties", "amount", "description"),
        "GiftView.amount: not described",
    ),
    "list": (
        ("components", "schemas", "SyncView", "properties", "state", "enum"),
        "SyncView.state: a closed list",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
async def test_a_planted_gap_is_named(shared_house: House, planted: str) -> None:
    steps, words = PLANTED[planted]
    told = copy.deepcopy(await document(shared_house, "raise"))
    _drop(told, *steps)
    (found,) = unsaid(told)
    assert words in found


@pytest.mark.parametrize("product", PRODUCTS)
async def test_links_lead_from_answers_to_operations_that_there_are(
    shared_house: House, product: str
) -> None:
    told = await document(shared_house, product)
    operations = {each["operationId"]: each for item in told["paths"].values() for each in item.values()}
    used = set()
    for operation in operations.values():
        for answer in operation["responses"].values():
            for name, reference in answer.get("links", {}).items():
                link = resolved(reference, told)
                ((parameter, place),) = link["parameters"].items()
                (schema,) = (content["schema"] for content in answer["content"].values())
                assert place.removeprefix("$response.body#/") in resolved(schema, told)["properties"]
                assert [each["name"] for each in operations[name]["parameters"] if each["in"] == "path"] == [
                    parameter
                ]
                used.add(reference["$ref"].rpartition("/")[2])
    assert used == told["components"]["links"].keys()


async def test_a_gift_that_is_given_leads_to_itself_and_to_its_donor(shared_house: House) -> None:
    told = await document(shared_house, "raise")
    leads_to = told["paths"]["/api/Raise/give"]["post"]["responses"]["200"]["links"]
    more = {
        "issue_receipt",
        "acknowledge_gift",
        "get_acknowledgement",
        "transfer_gift",
        "list_gift_transfers",
        "refund_gift",
        "put_refund",
        "list_gift_reversals",
    }
    assert set(leads_to) == {"get_gift", "correct_gift", "get_donor", *more}
    assert resolved(leads_to["get_gift"], told)["parameters"] == {"giftId": "$response.body#/id"}
    assert resolved(leads_to["get_donor"], told)["parameters"] == {"donorId": "$response.body#/donorId"}


async def test_a_parameter_without_words_is_named(shared_house: House) -> None:
    told = copy.deepcopy(await document(shared_house, "raise"))
    told["paths"]["/api/Gift/{giftId}"]["get"]["parameters"][0]["description"] = ""
    (found,) = unsaid(told)
    assert "parameter giftId is not described" in found


@pytest.mark.parametrize("product", PRODUCTS)
async def test_the_document_has_the_address_it_was_asked_at(shared_house: House, product: str) -> None:
    caller = api(shared_house, product)
    answer = await caller.call("GET", f"/{product}/openapi.json", headers={"Host": "giving.example.org:8080"})
    (server,) = answer.json()["servers"]
    assert server["url"].endswith(f"/{product}") and server["url"].startswith("http")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["openapi", "coverage"])
async def test_a_document_that_did_not_change_is_not_sent_again(shared_house: House, name: str) -> None:
    caller = api(shared_house, "crm")
    first = await caller.call("GET", f"/crm/{name}.json")
    again = await caller.call("GET", f"/crm/{name}.json", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_address_of_an_api_leads_to_its_page(shared_house: House, product: str, slash: str) -> None:
    caller, browser = api(shared_house, product), {"Accept": "text/html,*/*;q=0.8"}
    answer = await caller.call("GET", f"/{product}{slash}", headers=browser)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{product}/docs")
    assert (await caller.call("GET", f"/{product}{slash}")).status_code == 404
    page = await api(shared_house, product).call("GET", answer.headers["location"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
