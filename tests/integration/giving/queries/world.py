"""Donors and gifts of giving of every sort, each as a row by the names of the parameters: what a plain loop answers queries from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from almoner.giving.gifts.rules import STATUS_TEXT
from tests.integration.crm.gifts.world import CURRENCIES, NOW, TEXTS, TODAY

NAMES = (
    ("Ada", "Lovelace", None),
    ("ADA", "lovelace", None),
    ("Zoë", "O'Brien-Smith", None),
    (None, "Müller", None),
    ("???", None, None),
    (None, None, None),
    ("Max", "van der Berg", "Wells & Sons"),
    (None, None, "100% Sure Ltd."),
)
PLACES = (
    ("Springfield", "Ohio", "45501", "US", "Ohio"),
    ("Springfield", "oh", "45501-1234", "United States", "Ohio"),
    ("Boston", "MA", "02101", None, "Massachusetts"),
    ("Toronto", "ON", "M5V 2T6", "Canada", "ON"),
    ("Sydney", "WA", "6000", "Australia", "WA"),
    ("Seattle", "Washington", "98101", "usa", "Washington"),
    (None, None, None, None, None),
)
"""City, state, postal code, country as they are stored, and the state as it is told."""
PAID = (("Credit", "Visa x7923"), ("EFT", "ACH Checking x0556"), ("Credit", None), ("Other", "50% off"))


async def settle(
    conn: Any, organization_id: int, donors: int, gifts: int, seed: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Store donors and gifts by the owner's hand; both as rows, in the order of their ids."""
    rng = random.Random(seed)
    projects = [
        await _made(conn, "project", organization_id, name=name, code=code, code_key=code.lower(), version=1)
        for name, code in (("Wells", "WELLS"), ("Wells North", "WELLS-N"), ("Schools", "SCH"))
    ]
    campaigns = [
        await _made(conn, "campaign", organization_id, name=name, start_at=NOW)
        for name in ("Spring", "spring drive")
    ]
    of_donors = [await _donor(conn, organization_id, rng, n) for n in range(donors)]
    of_gifts = [
        await _gift(conn, organization_id, rng, rng.choice(of_donors), projects, campaigns)
        for _ in range(gifts)
    ]
    for donor in of_donors:
        await _count(
            conn, organization_id, donor, [one for one in of_gifts if one["Donor Id"] == donor["Id"]]
        )
    return of_donors, of_gifts


async def _made(conn: Any, table: str, organization_id: int, **row: Any) -> dict[str, Any]:
    row = {"created_at": NOW, "modified_at": NOW, **row}
    return {**row, "id": await _insert(conn, table, organization_id, row)}


async def _insert(conn: Any, table: str, organization_id: int, row: Mapping[str, Any]) -> int:
    places = ", ".join(f"${n}" for n in range(2, len(row) + 2))
    sql = f"INSERT INTO giving.{table} (organization_id, {', '.join(row)}) VALUES ($1, {places}) RETURNING id"
    id_: int = await conn.fetchval(sql, organization_id, *row.values())
    return id_


def _instant(rng: random.Random) -> datetime:
    made = NOW - timedelta(days=rng.randrange(400), milliseconds=rng.randrange(86_400_000))
    return made.replace(microsecond=made.microsecond // 1000 * 1000)


async def _donor(conn: Any, organization_id: int, rng: random.Random, n: int) -> dict[str, Any]:
    first, last, organization = NAMES[n % len(NAMES)]
    city, state, postal, country, told_state = rng.choice(PLACES)
    email = rng.choice((f"Giver{n}@Example.org", f"ada.l{n}@mail.example", None))
    made = _instant(rng)
    row = {
        "email": email,
        "email_key": None if email is None else email.lower(),
        "source_system": None if email else "legacy",
        "source_key": None if email else str(n),
        "title": rng.choice(("Dr.", None)),
        "first_name": first,
        "middle_name": rng.choice(("Q.", None)),
        "last_name": last,
        "suffix": rng.choice(("Jr.", None)),
        "is_organization": organization is not None and n % 3 > 0,
        "organization_name": organization,
        "phone": rng.choice((f"+1 (555) 010-{n:04}", None)),
        "address1": rng.choice(("1 Main St", None)),
        "address2": rng.choice(("Flat 2", None)),
        "city": city,
        "state": state,
        "postal": postal,
        "country": country,
        "notes": rng.choice(TEXTS) or None,
        "crm_key": rng.choice((str(900 + n), None)),
        "crm_linked": rng.random() < 0.5,
        "crm_second_key": rng.choice(("77", None)),
        "is_test_mode": rng.random() < 0.2,
        "is_archived": rng.random() < 0.2,
        "created_at": made,
        "modified_at": made + timedelta(hours=1),
    }
    row["crm_linked"] = row["crm_linked"] and row["crm_key"] is not None
    return _known_donor(await _insert(conn, "donor", organization_id, row), row, told_state)


def _name(row: Mapping[str, Any]) -> str:
    if row["is_organization"] and row["organization_name"]:
        return str(row["organization_name"])
    return " ".join(part for part in (row["first_name"], row["last_name"]) if part) or row["email"] or ""


def _known_donor(id_: int, row: Mapping[str, Any], state: str | None) -> dict[str, Any]:
    linked = row["crm_linked"]
    return {
        "Id": id_,
        "Gift Id": id_,  # by which the loop over gifts of the CRM answers
        "Name": _name(row),
        "Title": row["title"],
        "First Name": row["first_name"],
        "Middle Name": row["middle_name"],
        "Last Name": row["last_name"],
        "Suffix": row["suffix"],
        "Organization Name": row["organization_name"],
        "Email": row["email"],
        "Phone": row["phone"],
        "Address Line 1": row["address1"],
        "Address Line 2": row["address2"],
        "City": row["city"],
        "State": state,
        "Postal": row["postal"],
        "Country": row["country"],
        "Notes": row["notes"],
        "Is Organization": row["is_organization"],
        "Create Date": row["created_at"],
        "Modified Date": row["modified_at"],
        "CRM Key": row["crm_key"] if linked else None,
        "Seeded CRM Key": None if linked else row["crm_key"],
        "CRM Second Key": row["crm_second_key"],
        "Is Archived": row["is_archived"],
        "Is Test Mode": row["is_test_mode"],
        "Source System": row["source_system"],
        "Source Key": row["source_key"],
    }


async def _gift(
    conn: Any,
    organization_id: int,
    rng: random.Random,
    donor: Mapping[str, Any],
    projects: Sequence[Any],
    campaigns: Sequence[Any],
) -> dict[str, Any]:
    parts = rng.sample(list(projects), rng.choice((1, 1, 2)))
    minor = [rng.choice((1, 500, 1_000, 1_050, 123_456)) for _ in parts]
    back = rng.choice((None, None, [0 if n else part for n, part in enumerate(minor)], minor))
    currency = rng.choice((*CURRENCIES, "USD"))
    campaign = rng.choice((None, *campaigns))
    paid, info = rng.choice(PAID)
    made = _instant(rng)
    keyed = rng.random() < 0.3
    row = {
        "id": await conn.fetchval("SELECT nextval('giving.gift_id_seq')"),
        "donor_id": donor["Id"],
        "campaign_id": campaign and campaign["id"],
        "amount_minor": sum(minor),
        "currency": currency,
        "project_ids": [part["id"] for part in parts],
        "project_minor": minor,
        "project_reversed_minor": back,
        "reversed_minor": sum(back or ()),
        "reserved_minor": rng.choice((0, sum(back or ()))),
        "status": rng.choice(list(STATUS_TEXT)),
        "gift_on": TODAY - timedelta(days=rng.choice((0, 1, 2, 30, 31, 60, 365, 500))),
        "received_at": made,
        "modified_at": made + timedelta(hours=1),
        "can_sync": True,
        "is_test_mode": rng.random() < 0.2,
        "is_anonymous": rng.random() < 0.3,
        "payment_type": paid,
        "payment_info": info,
        "gateway": rng.choice(("sandbox", "Stripe")),
        "transaction_id": f"pi_{rng.randrange(10**6)}A",
        "authorization_number": rng.choice(("A1", None)),
        "segment_code": rng.choice(("SPRING", "spring", None)),
        "motivation_code": rng.choice(("MAIL-1", None)),
        "notes": rng.choice(TEXTS) or None,
        "comment": rng.choice(TEXTS) or None,
        "source_system": "Legacy" if keyed else None,
        "source_key": str(rng.random()) if keyed else None,
        "version": 1,
    }
    await _insert(conn, "gift", organization_id, row)
    own = await _detail(conn, organization_id, rng, row["id"])
    return _known_gift(row, donor, parts, campaign) | own


async def _detail(conn: Any, organization_id: int, rng: random.Random, gift_id: int) -> dict[str, Any]:
    """What came with the gift, if anything did: of an address of its own what is told in the place of the donor's."""
    if rng.random() < 0.5:
        return {}
    city, state, postal, country, told_state = rng.choice(PLACES)
    address1 = rng.choice(("9 Side St", None))
    await conn.execute(
        "INSERT INTO giving.gift_detail (organization_id, gift_id, billing_address1, billing_city, billing_state, billing_postal, billing_country,"
        " utm_source) VALUES ($1, $2, $3, $4, $5, $6, $7, 'mail')",
        organization_id,
        gift_id,
        address1,
        city,
        state,
        postal,
        country,
    )
    told = (address1, None, city, told_state, postal, country)
    names = ("Line 1", "Line 2", "City", "State", "Postal", "Country")
    is_own = any(value is not None for value in told)
    return (
        {f"Billing Address {name}": value for name, value in zip(names, told, strict=True)} if is_own else {}
    )


def _known_gift(
    row: Mapping[str, Any], donor: Mapping[str, Any], parts: Sequence[Any], campaign: Any
) -> dict[str, Any]:
    of_donor = {
        f"Donor {name}": donor[name]
        for name in (
            "Id",
            "Name",
            "First Name",
            "Last Name",
            "Organization Name",
            "Email",
            "Phone",
            "CRM Key",
        )
    }
    billing = {
        f"Billing {name if name.startswith('Address') else f'Address {name}'}": donor[name]
        for name in ("Address Line 1", "Address Line 2", "City", "State", "Postal", "Country")
    }
    return {
        **of_donor,
        **billing,
        "Id": row["id"],
        "Gift Id": row["id"],
        "Date": row["gift_on"],
        "Create Date": row["received_at"],
        "Modified Date": row["modified_at"],
        "Project(s)": [part["name"] for part in parts],
        "Project Id": [part["id"] for part in parts],
        "Project Code": [part["code"] for part in parts],
        "Amount": Decimal(row["amount_minor"]).scaleb(-CURRENCIES[row["currency"]]),
        "left": Decimal(row["amount_minor"] - row["reversed_minor"] + row["reserved_minor"]).scaleb(
            -CURRENCIES[row["currency"]]
        ),
        "Currency": row["currency"],
        "Status": STATUS_TEXT[row["status"]],
        "Tender Type": row["payment_type"],
        "Tender Type Info": row["payment_info"],
        "Gateway": row["gateway"],
        "Transaction Id": row["transaction_id"],
        "Authorization Number": row["authorization_number"],
        "Campaign Id": row["campaign_id"],
        "Campaign Name": campaign and campaign["name"],
        "Segment Code": row["segment_code"],
        "Motivation Code": row["motivation_code"],
        "Comment": row["comment"],
        "Notes": row["notes"],
        "Is Anonymous": row["is_anonymous"],
        "Is Test Mode": row["is_test_mode"],
        "Transaction Source": row["source_system"],
        "Source Transaction Id": row["source_key"],
    }


async def _count(conn: Any, organization_id: int, donor: dict[str, Any], gifts: Sequence[Any]) -> None:
    """What the donor's row says of the gifts, and what is kept nowhere."""
    await conn.execute(
        "UPDATE giving.donor SET gift_count = $3 WHERE organization_id = $1 AND id = $2",
        organization_id,
        donor["Id"],
        len(gifts),
    )
    real = [gift for gift in gifts if not gift["Is Test Mode"]]
    base = [gift["left"] for gift in real if gift["Currency"] == "USD"]
    days = [gift["Date"] for gift in real]
    named = dict(
        sorted((gift["Campaign Id"], gift["Campaign Name"]) for gift in gifts if gift["Campaign Id"])
    )
    donor |= {
        "Gift Count": len(gifts),
        "Lifetime Giving": sum(base) if base else None,
        "First Gift Date": min(days, default=None),
        "Last Gift Date": max(days, default=None),
        "Campaign Id": list(named),
        "Campaign Name": list(named.values()),
    }
