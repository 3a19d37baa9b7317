"""What is told of each kind of record, by the parameters of its catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from almoner.crm.campaigns.catalog import CAMPAIGNS
from almoner.crm.communications.catalog import COMMUNICATIONS
from almoner.crm.gift_asks.catalog import GIFT_ASKS
from almoner.crm.gift_designations.catalog import GIFT_DESIGNATIONS
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.grants.catalog import GRANTS
from almoner.crm.planned_gifts.catalog import PLANNED_GIFTS
from almoner.crm.pledges.catalog import PLEDGES
from almoner.crm.premiums.catalog import PREMIUMS
from almoner.crm.projects.catalog import PROJECTS
from almoner.crm.recurring_gifts.catalog import RECURRING_GIFTS
from almoner.crm.segments.catalog import SEGMENTS
from almoner.platform.query import Catalog
from tests.integration.crm.told import Facts, World, by_names


def _stamps(row: Any) -> Facts:
    made = row.get("createDateTimeUtc") or row.get("createdDateTimeUtc")
    changed = row.get("modifiedDateTimeUtc") or row.get("lastModifiedDateTimeUtc")
    return {"Create Date": made, "Create DateTime UTC": made, "Last Modified Date": changed,
            "Last Modified DateTime UTC": changed}  # fmt: skip


def _contact(it: World, number: Any, start: str = "Contact") -> Facts:
    row = it.of["contact"][number]
    return {f"{start} Name": row["name"], f"{start} Type": row["contactType"], f"{start} Archived": False}


def _segment(it: World, number: Any) -> Facts:
    """A segment is asked for by its code, though records tell its name as `segment`."""
    row = it.of["segment"].get(number, {})
    letter = it.of["communication"].get(row.get("communicationId"), {})
    campaign = it.of["campaign"].get(letter.get("campaignId"), {})
    return {"Segment": row.get("code"), "Segment Id": row.get("id"), "Segment Name": row.get("name"), "Segment Code": row.get("code"),
            "Package Code": row.get("packageCode"), "Communication Name": letter.get("name"), "Communication Channel": letter.get("channelType"),
            "Campaign Id": campaign.get("campaignId"), "Campaign Name": campaign.get("name")}  # fmt: skip


def _project(it: World, number: Any) -> Facts:
    row = it.of["project"].get(number, {})
    return {
        "Project Id": row.get("id"),
        "Project Name": row.get("name"),
        "Project Code": row.get("projectCode"),
    }


def _of_project(it: World, row: Any) -> Facts:
    parent = it.of["project"].get(row["parentId"], {})
    return {**_stamps(row), "Project Id": row["id"], "Project Name": row["name"], "Parent Project Id": parent.get("id"),
            "Parent Project Name": parent.get("name"), "Parent Project Code": parent.get("projectCode")}  # fmt: skip


def _of_premium(_: World, row: Any) -> Facts:
    named = {"Premium Id": row["id"], "Premium Name": row["name"], "Premium Code": row["code"]}
    return {**_stamps(row), **named}


def _of_campaign(_: World, row: Any) -> Facts:
    return {**_stamps(row), "Start Date": row["startDateTimeUtc"], "End Date": row["endDateTimeUtc"]}


def _of_communication(_: World, row: Any) -> Facts:
    start = row["startdateTimeUtc"] if "startdateTimeUtc" in row else row["startDateTimeUtc"]
    return {**_stamps(row), "Start Date": start, "Communication Step": None, "New Giver Goal": None}


def _of_segment(_: World, row: Any) -> Facts:
    return {"Segment Id": row["id"], "Segment Name": row["name"], "Segment Code": row["code"]}


def _of_promise(name: str) -> Callable[[World, Any], Facts]:
    def facts(it: World, row: Any) -> Facts:
        giver = (
            _contact(it, row["grantingOrganizationId"], "Granting Organization")
            if name == "Grant"
            else _contact(it, row["contactId"])
        )
        funds = [part["projectId"] for part in row["designations"]] if "designations" in row else None
        project = _project(it, row["projectId"]) if funds is None else _many(it, funds)
        more = {f"{name} Id": row["id"], "Private": row.get("isPrivate"), "Cancel Date": row.get("cancelDateTimeUtc"),
                "Planned Gift Type": row.get("pkannedGiftType")}  # fmt: skip
        days = {f"{each} Date": row[f"{key}DateUtc"] for each, key in (
            ("Due", "due"), ("Submission", "submission"), ("Anticipated Award", "anticipatedAward"), ("Awarded", "awarded"))
            } if name == "Grant" else {}  # fmt: skip
        return {**_stamps(row), **giver, **project, **_segment(it, row["segmentId"]), **more, **days}

    return facts


def _many(it: World, funds: list[int]) -> Facts:
    found = [_project(it, number) for number in funds]
    return {name: [each[name] for each in found] for name in found[0]}


def _tribute(it: World, row: Any) -> Facts:
    one = it.of["tribute"].get(row["tributeId"], {})
    told = row["acknowledgeeIndividualId"]
    words = " ".join(part for part in (one.get("firstName"), one.get("lastName")) if part)
    person = it.people.get(told, {})
    return {"Tribute Id": row["tributeId"], "Tribute Type": row["tributeType"], "Tribute": row["tributeDescription"] or words or None,
            "Tribute Description": row["tributeDescription"], "Tribute First Name": one.get("firstName"),
            "Tribute Last Name": one.get("lastName"), "Tribute City": one.get("city"), "Tribute State": one.get("state"),
            "Acknowledgee Individual Id": told, "Acknowledgee First Name": person.get("firstName"),
            "Acknowledgee Last Name": person.get("lastName")}  # fmt: skip


def _of_gift(it: World, row: Any) -> Facts:
    sent = (
        it.sent.get(row["id"], {})
        if row["transactionId"] and str(row["transactionId"]).startswith("t")
        else {}
    )
    passed = [part["contactId"] for part in row["giftPassthroughs"]]
    premiums = [it.of["premium"][part["premiumId"]] for part in row["giftPremiums"]]
    receipt = it.of["segment"].get(row["receiptSegmentId"], {})
    person = it.people.get(row["contactIndividualId"], {})
    funds = [part["projectId"] for part in row["giftDesignations"]]
    return {
        **_stamps(row), **_contact(it, row["contactId"]), **_segment(it, row["segmentId"]), **_many(it, funds), **_tribute(it, row),
        "Gift Id": row["id"], "Contact Id": row["contactId"], "Private": row["isPrivate"], "Gift Tax-Deductible": row["isTaxDeductible"],
        "Has Gift Splits": len(funds) > 1, "Has Attachment": False, "Check Number": sent.get("checkNumber"),
        "Credit Card Type": sent.get("creditCardType"), "Media Outlet Name": row["mediaOutlet"], "Media Outlet": row["mediaOutlet"],
        "Passthrough Contact Id": passed, "Passthrough Contact": passed,
        "Passthrough Contact Name": [it.of["contact"][number]["name"] for number in passed],
        "Premium Id": [each["id"] for each in premiums], "Premium Name": [each["name"] for each in premiums],
        "Premium Code": [each["code"] for each in premiums], "Thank You Date": row["acknowledgementDate"],
        "Receipt Segment": row["receiptSegmentId"], "Receipt Segment Name": receipt.get("name"), "Receipt Segment Code": receipt.get("code"),
        "Individual": row["contactIndividualId"], "Individual First Name": person.get("firstName"),
        "Individual Last Name": person.get("lastName"),
    }  # fmt: skip


def _of_part(it: World, gift: Any, part: Any) -> Facts:
    fund = it.of["project"][part["projectId"]]
    parent = it.of["project"].get(fund["parentId"], {})
    return {
        **_of_gift(it, gift), **_project(it, fund["id"]), "Gift Designation Id": part["id"],
        "Converted Amount Designated": part["amountDesignated"], "Gift Designation Create DateTime UTC": gift["createDateTimeUtc"],
        "Project Type": fund["type"], "Project Tax-Deductible": fund["isTaxDeductible"],
        "Parent Project Tax-Deductible": parent.get("isTaxDeductible"), "Parent Project Name": parent.get("name"),
        "Parent Project Code": parent.get("projectCode"), "Has Attachment": None,
    }  # fmt: skip


_KINDS: dict[str, tuple[Catalog, str, str, Callable[[World, Any], Facts]]] = {
    "Gift": (GIFTS, "gift", "Gift Id", _of_gift),
    "Project": (PROJECTS, "project", "Project Id", _of_project),
    "Campaign": (CAMPAIGNS, "campaign", "Campaign Id", _of_campaign),
    "Communication": (COMMUNICATIONS, "communication", "Communication Id", _of_communication),
    "Segment": (SEGMENTS, "segment", "Segment Id", _of_segment),
    "RecurringGift": (RECURRING_GIFTS, "recurring", "Recurring Gift Id", _of_promise("Recurring Gift")),
    "Pledge": (PLEDGES, "pledge", "Pledge Id", _of_promise("Pledge")),
    "GiftAsk": (GIFT_ASKS, "ask", "Gift Ask Id", _of_promise("Gift Ask")),
    "PlannedGift": (PLANNED_GIFTS, "planned", "Planned Gift Id", _of_promise("Planned Gift")),
    "Grant": (GRANTS, "grant", "Grant Id", _of_promise("Grant")),
    "Premium": (PREMIUMS, "premium", "Premium Id", _of_premium),
}
KINDS = (*_KINDS, "GiftDesignation")
"""Every kind of record of the CRM's money that queries are asked of."""


def told_of(it: World, kind: str) -> tuple[Catalog, str, list[Facts]]:
    """The catalog of a kind, its parameter of the id, and what is told of each record, by id."""
    if kind == "GiftDesignation":
        return GIFT_DESIGNATIONS, "Gift Designation Id", _in_order(_parts(it), "Gift Designation Id")
    catalog, of, id_, more = _KINDS[kind]
    facts = [by_names(catalog, row, more(it, row)) for row in it.of[of].values()]
    return catalog, id_, _in_order(facts, id_)


def _parts(it: World) -> Iterator[Facts]:
    for gift in it.of["gift"].values():
        for part in gift["giftDesignations"]:
            yield by_names(GIFT_DESIGNATIONS, gift, _of_part(it, gift, part))


def _in_order(facts: Any, id_: str) -> list[Facts]:
    return sorted(facts, key=lambda each: each[id_])
