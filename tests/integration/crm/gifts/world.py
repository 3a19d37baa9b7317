"""Gifts of every sort, and a plain loop over them that answers a query of the language as it is promised."""

from __future__ import annotations

import fnmatch
import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.crm.gifts.extras import give_extras, known_extras

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
CURRENCIES = {"USD": 2, "JPY": 0, "KWD": 3, "EUR": 2}
NAMES = ("Ada Lovelace", "ADA lovelace", "Bö", "O'Brien", "100% Sure", "Under_score", "Back\\slash", "Zoë")
TEXTS = (None, "", "Thanks", "thanks again", "50% off", "a_b", "a\\b", "THANKS")
BATCHES = (None, "2024-1", "2024-10", "B")
SEGMENTS = (None, "SPRING", "spring", "FALL-24")
TYPES = ("Cash", "Check", "Credit", "EFT", "NonCash")
PROJECTS = (("Wells", "WELLS"), ("Wells North", "WELLS-N"), ("Schools", "SCH"), ("Unused", "UNUSED"))


UNNAMED = (
    "Segment Id",
    "Segment Name",
    "Package Code",
    "Communication Name",
    "Communication Channel",
    "Campaign Id",
    "Campaign Name",
)
"""What only gifts with a segment have: here are none, only codes that a source sent."""


async def settle(conn: Any, organization_id: int, count: int, seed: int) -> list[dict[str, Any]]:
    """Store `count` gifts, with contacts and projects, by the owner's hand; each as a row that `answer` knows."""
    rng = random.Random(seed)
    project_ids = [await _project(conn, organization_id, *each) for each in PROJECTS]
    contacts = [await _contact(conn, organization_id, name, index) for index, name in enumerate(NAMES)]
    known = await known_extras(conn, organization_id, contacts, NOW)
    rows = [await _gift(conn, organization_id, rng, contacts, project_ids, known) for _ in range(count)]
    return sorted(rows, key=lambda row: row["Gift Id"])


async def _project(conn: Any, organization_id: int, name: str, code: str) -> dict[str, Any]:
    sql = """INSERT INTO crm.project (organization_id, name, project_code, code_key, created_at, modified_at, version)
        VALUES ($1, $2, $3, lower($3), $4, $4, 1) RETURNING id"""
    return {"id": await conn.fetchval(sql, organization_id, name, code, NOW), "name": name, "code": code}


async def _contact(conn: Any, organization_id: int, name: str, index: int) -> dict[str, Any]:
    kind = ("Household", "Organization", "Foundation")[index % 3]
    sql = """INSERT INTO crm.contact (organization_id, name, contact_type, is_archived, created_at, modified_at, version)
        VALUES ($1, $2, $3, $4, $5, $5, 1) RETURNING id"""
    archived = index % 4 == 3
    id_ = await conn.fetchval(sql, organization_id, name, kind, archived, NOW)
    return {"id": id_, "name": name, "kind": kind, "archived": archived}


async def _gift(
    conn: Any,
    organization_id: int,
    rng: random.Random,
    contacts: list[Any],
    projects: list[Any],
    known: dict[str, Any],
) -> dict[str, Any]:
    contact = rng.choice(contacts)
    parts = rng.sample(projects[:3], rng.choice((1, 1, 2)))
    minor = [rng.choice((1, 500, 1_000, 1_050, 123_456)) for _ in parts]
    currency = rng.choice(list(CURRENCIES))
    on = TODAY - timedelta(days=rng.choice((0, 1, 2, 30, 31, 60, 61, 365, 500, -1)))
    created = NOW - timedelta(days=rng.randrange(400), milliseconds=rng.randrange(86_400_000))
    created = created.replace(microsecond=created.microsecond // 1000 * 1000)
    keyed = rng.random() < 0.5
    row = {
        "contact_id": contact["id"],
        "gift_type": rng.choice(TYPES),
        "gift_on": on,
        "amount_minor": sum(minor),
        "currency": currency,
        "designation_project_ids": [part["id"] for part in parts],
        "designation_minor": minor,
        "designation_ids": [
            await conn.fetchval("SELECT nextval('crm.gift_designation_id_seq')") for _ in parts
        ],
        "transaction_source": "Raise" if keyed else None,
        "transaction_id": str(rng.random()) if keyed else None,
        "batch": rng.choice(BATCHES),
        "segment_code": rng.choice(SEGMENTS),
        "notes": rng.choice(TEXTS),
        "is_private": rng.random() < 0.3,
        "is_tax_deductible": rng.random() < 0.7,
        "created_at": created,
        "modified_at": created + timedelta(hours=1),
        "version": 1,
        **_beside_money(rng, on, contacts),
    }
    places = ", ".join(f"${n}" for n in range(2, len(row) + 2))
    sql = f"INSERT INTO crm.gift (organization_id, {', '.join(row)}) VALUES ($1, {places}) RETURNING id"
    id_ = await conn.fetchval(sql, organization_id, *row.values())
    amount = Decimal(sum(minor)).scaleb(-CURRENCIES[currency])
    told = await give_extras(conn, organization_id, id_, rng, known)
    return told | _known(id_, row, contact, parts, amount, {each["id"]: each["name"] for each in contacts})


def _beside_money(rng: random.Random, on: date, contacts: list[Any]) -> dict[str, Any]:
    """What a gift tells beside its money, or nothing of it."""
    details = {
        "receipt_date": (on + timedelta(days=rng.choice((0, 30)))).isoformat(),
        "check_number": rng.choice(BATCHES),
        "credit_card_type": rng.choice(TEXTS) or None,
        "cash_accounting_code": rng.choice(SEGMENTS),
        "media_outlet": rng.choice(BATCHES),
    }
    kept = {name: value for name, value in details.items() if value is not None and rng.random() < 0.5}
    passed = [rng.choice(contacts)["id"]] if rng.random() < 0.3 else []
    amounts = [1 for _ in passed]
    return {"details": json.dumps(kept), "passthrough_contact_ids": passed, "passthrough_minor": amounts}


def _known(
    id_: int,
    row: Mapping[str, Any],
    contact: Any,
    parts: list[Any],
    amount: Decimal,
    names: Mapping[int, str],
) -> dict[str, Any]:
    details = json.loads(row["details"])
    receipt = details.get("receipt_date")
    passed = row["passthrough_contact_ids"]
    return {
        "Receipt Date": None if receipt is None else date.fromisoformat(receipt),
        "Check Number": details.get("check_number"),
        "Credit Card Type": details.get("credit_card_type"),
        "Cash Accounting Code": details.get("cash_accounting_code"),
        "Media Outlet Name": details.get("media_outlet"),
        "Passthrough Contact Id": passed[0] if passed else None,
        "Passthrough Contact Name": names[passed[0]] if passed else None,
        "Has Attachment": False,
        "Gift Id": id_,
        "Contact Id": row["contact_id"],
        "Amount": amount,
        "Gift Date": row["gift_on"],
        "Create Date": row["created_at"],
        "Last Modified Date": row["modified_at"],
        "Create DateTime UTC": row["created_at"],
        "Last Modified DateTime UTC": row["modified_at"],
        "Gift Type": {"EFT": "Electronic Funds Transfer", "NonCash": "Non-Cash"}.get(
            row["gift_type"], row["gift_type"]
        ),
        "Currency Code": row["currency"],
        "Contact Name": contact["name"],
        "Contact Type": contact["kind"],
        "Contact Archived": contact["archived"],
        "Private": row["is_private"],
        "Gift Tax-Deductible": row["is_tax_deductible"],
        "Has Gift Splits": len(parts) > 1,
        "Segment Code": row["segment_code"],
        **dict.fromkeys(UNNAMED),
        "Batch": row["batch"],
        "Transaction Source": row["transaction_source"],
        "Transaction Id": row["transaction_id"],
        "Notes": row["notes"],
        "Project Id": [part["id"] for part in parts],
        "Project Name": [part["name"] for part in parts],
        "Project Code": [part["code"] for part in parts],
    }


def answer(
    rows: list[dict[str, Any]], body: Mapping[str, Any], days: Callable[[str], tuple[date, date]]
) -> list[int]:
    """The ids of the rows that a query wants, by a loop over all; `days` says from when to when a word or date is."""
    groups = body.get("groups") or []
    return [
        row["Gift Id"]
        for row in rows
        if not groups or any(all(holds(row, each, days) for each in group["conditions"]) for group in groups)
    ]


NOT = {
    "IsNot": "Is",
    "IsNotKnown": "IsKnown",
    "IsNotSet": "IsKnown",
    "IsFalse": "IsTrue",
    "NotIn": "Is",
    "IsNoneOf": "Is",
}
SAME = {"IsSet": "IsKnown", "In": "Is", "IsAnyOf": "Is", "Before": "LessThan", "After": "GreaterThan",
        "OnOrBefore": "LessThanOrEqual", "OnOrAfter": "GreaterThanOrEqual"}  # fmt: skip


def holds(row: Mapping[str, Any], condition: Mapping[str, Any], days: Any) -> bool:
    """Whether a condition holds of a row: of one of its projects is enough."""
    name = condition["operator"]
    if name in NOT:
        return not holds(row, {**condition, "operator": NOT[name]}, days)
    value = row[condition["parameter"]]
    many = value if isinstance(value, list) else [value]
    return any(_one(each, SAME.get(name, name), condition, days) for each in many)


def _one(value: Any, name: str, condition: Mapping[str, Any], days: Any) -> bool:
    if name == "IsKnown":
        return value is not None and value != ""
    if value is None:
        return False
    if name == "IsTrue":
        return value is True
    operands = condition.get("values") or [condition["value"]]
    if isinstance(value, datetime):
        return _dated(value.astimezone(_zone()).date(), name, condition, operands, days)
    if isinstance(value, date):
        return _dated(value, name, condition, operands, days)
    if isinstance(value, bool):
        return str(value).lower() in operands
    if isinstance(value, int | Decimal):
        return _number(value, name, condition, [Decimal(str(each)) for each in operands])
    return _text(value.lower(), name, [str(each).strip().lower() for each in operands])


def _zone() -> ZoneInfo:
    return ZoneInfo("America/New_York")


def _number(value: Any, name: str, condition: Mapping[str, Any], operands: list[Decimal]) -> bool:
    tests: dict[str, Callable[[], bool]] = {
        "Is": lambda: value in operands,
        "LessThan": lambda: value < operands[0],
        "LessThanOrEqual": lambda: value <= operands[0],
        "GreaterThan": lambda: value > operands[0],
        "GreaterThanOrEqual": lambda: value >= operands[0],
        "Between": lambda: operands[0] <= value <= Decimal(str(condition["secondaryValue"])),
    }
    return tests[name]()


def _dated(value: date, name: str, condition: Mapping[str, Any], operands: list[str], days: Any) -> bool:
    first, last = days(operands[0])
    tests: dict[str, Callable[[], bool]] = {
        "Is": lambda: any(days(each)[0] <= value <= days(each)[1] for each in operands),
        "LessThan": lambda: value < first,
        "LessThanOrEqual": lambda: value <= last,
        "GreaterThan": lambda: value > last,
        "GreaterThanOrEqual": lambda: value >= first,
        "Between": lambda: first <= value <= days(condition["secondaryValue"])[1],
    }
    return tests[name]()


def _text(value: str, name: str, operands: list[str]) -> bool:
    tests: dict[str, Callable[[str], bool]] = {
        "Is": lambda each: value == each,
        "Contains": lambda each: each in value,
        "StartsWith": value.startswith,
        "EndsWith": value.endswith,
        "Matches": lambda each: re.fullmatch(fnmatch.translate(each.replace("[", "[[]")), value) is not None,
    }
    return any(tests[name](each) for each in operands)
