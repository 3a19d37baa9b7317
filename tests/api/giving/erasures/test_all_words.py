"""Every column that may hold a person's words holds one, and none does after the erasure: columns are found in the catalogue, so a new one is too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.contact_notes import sample as notes
from tests.api.crm.gift_asks import sample as asks
from tests.api.crm.grants import sample as grants
from tests.api.crm.planned_gifts import sample as planned
from tests.api.crm.pledges import sample as pledges
from tests.api.crm.project_notes import sample as project_notes
from tests.api.crm.recurring_gifts import sample as recurring
from tests.api.giving.erasures.test_erasures import DETAILS
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio

WORD = "hagebutte"

OF_NOBODY = {
    # The organization's own: what it asks for, how it is set up, and the program's reading of its own logs.
    "crm": "campaign campaign_giving campaign_part communication custom_field designation contact_giving premium project project_expense project_giving"
    " project_role project_role_type segment tally gift_premium applied_gift",
    "giving": "campaign campaign_sync_change custom_field form motivation_code premium project receipt_logo receipt_setting receipt_trouble segment statement_run"
    " stripe_account stripe_claim tally",
    "platform": "account account_change account_token api_key directory event_cursor invitation organization permission_change permission_group"
    " session",
    # What the program says of itself: states and reasons by names of its own.
    "sync": "record tally",
}
"""Tables in which nobody writes about a person."""

ELSEWHERE = {
    "giving": "donor_letter receipt statement reversal gift_acknowledgement gift_move donor_merge processor_word donor_address donor_contact_method"
    " payment_intent",
    "platform": "idempotency",
}
"""Tables whose rows the stories of `test_erasures.py` fill through the API."""

STAYS = {
    # Closed lists, currencies, and the organization's own words for segments, batches, stages.
    "": "kind type currency frequency created_by modified_by segment_code gift_type contact_type ask_type grant_type planned_gift_type tribute_type status"
    " motivation_code state batch",
    # How it was paid, by names of the processor, and under which number others know it.
    "giving.gift": "payment_type gateway account transaction_id authorization_number source_system source_key idempotency_key",
    "crm.gift": "transaction_source transaction_id origin",
    "crm.recurring_gift": "transaction_source transaction_id",
    "crm.contact_reference": "source reference_id",
    "giving.stripe_entry": "transaction_id source_id payment_id payout_id",
    "giving.stripe_event": "event_id object_id payment_id detail read_upto",
    "giving.stripe_payout": "payout_id failure",
    "giving.donor_link_change": "crm_key crm_key_before changed_by",
    # Numbers of records, who erased, and what was sold or which letter brought the gift.
    "giving.donor": "crm_key erased_by",
    "giving.gift_detail": "premium_name premium_currency utm_source utm_medium utm_campaign utm_term utm_content",
}
"""Columns that stay, as `KEPT` tells, and those of a closed list."""

OBJECTS = {
    "crm.gift.details": '{"acknowledgement_notes": "%s", "description": "%s", "check_number": "%s", "transaction_hash": "%s",'
    ' "ira_custodian": "%s", "receipt_date": "2024-05-01"}',
    "crm.gift.source_words": '{"notes": "%s", "segment_code": null, "is_private": false}',
}

_COLUMNS = """
SELECT a.attrelid::regclass::text AS place, a.attname AS name, format_type(a.atttypid, NULL) AS type
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND c.relnamespace::regnamespace::text IN ('platform', 'giving', 'crm', 'sync') AND format_type(a.atttypid, NULL) ~ 'text|json|char'
ORDER BY 1, 2
"""
_EVENTS_OF_NOBODY = "kind !~ '^(project|campaign|campaign_project|segment|communication|custom_field|premium|project_role_type|tally)[.]'"


def _is_told(place: str, name: str) -> bool:
    schema, _, table = place.partition(".")
    if table in f"{OF_NOBODY.get(schema, '')} {ELSEWHERE.get(schema, '')}".split():
        return False
    return name not in f"{STAYS['']} {STAYS.get(place, '')}".split()


def _filled(place: str, name: str, type_: str) -> str:
    if type_ == "jsonb":
        return "'" + OBJECTS.get(f"{place}.{name}", '{"1": "%s"}').replace("%s", WORD) + "'::jsonb"
    return f"ARRAY['{WORD}']" if type_ == "text[]" else f"'{WORD}'"


async def _fill(house: House) -> tuple[set[str], set[str]]:
    """Write the word into each column; the tables that were filled, and those that had no row."""
    filled: set[str] = set()
    empty: set[str] = set()
    async with as_owner(house.app.db, house.tenant.id) as tx:
        columns: dict[str, list[str]] = {}
        for place, name, type_ in await tx.conn.fetch(_COLUMNS):
            if _is_told(place, name):
                columns.setdefault(place, []).append(f"{name} = {_filled(place, name, type_)}")
        for place, values in columns.items():
            which = _EVENTS_OF_NOBODY if place.endswith(".event") else "true"
            done = await tx.conn.execute(
                f"UPDATE {place} SET {', '.join(values)} WHERE organization_id = $1 AND {which}",
                tx.organization_id,
            )
            (empty if done == "UPDATE 0" else filled).add(place)
    return filled, empty


async def _places(house: House) -> list[str]:
    async with as_owner(house.app.db, house.tenant.id) as tx:
        columns = await tx.conn.fetch(_COLUMNS)
        return [
            f"{place}.{name}"
            for place, name, _ in columns
            if await tx.conn.fetchval(
                f"SELECT EXISTS (SELECT FROM {place} t WHERE {name}::text ILIKE $1)", f"%{WORD}%"
            )
        ]


async def _of_all_kinds(house: House) -> Any:
    """A donor, and everything that staff may write about its contact."""
    tenant = house.tenant
    home = {"address1": "1 Main St", "city": "Springfield", "state": "IL", "postal": "62701", "country": "US"}
    gift = await tenant.give(10, "zwetschge@example.org", donor={"firstName": "Ada", **home}, **DETAILS)
    contact = (await tenant.settled("donor", gift["donorId"]))["crmKey"]
    made = await tenant.crm.get(f"/crm/api/Contact/{contact}")
    of = {"contactId": contact}
    crm = tenant.crm
    await crm.post("/crm/api/GiftAsk", asks.body("ask", **of))
    await crm.post("/crm/api/v2/Pledge", pledges.body(**of))
    await crm.post("/crm/api/PlannedGift", planned.body(**of))
    await crm.post("/crm/api/RecurringGift", recurring.body("monthly", **of))
    await crm.post("/crm/api/Grant", grants.body("grant", grantingOrganizationId=contact))
    await crm.post("/crm/api/ContactNote", notes.body("note", **of))
    project = await crm.post("/crm/api/Project", {"name": "Wells", "projectCode": "WELLS"})
    await crm.post("/crm/api/ProjectNote", project_notes.body("note", projectId=project["id"], **of))
    tribute = {"tributeType": "InMemoryOf", "contactIndividualId": made["contactIndividuals"][0]["id"]}
    await crm.post("/crm/api/Tribute", {**tribute, "firstName": "Ada", "lastName": "Example"})
    await house.settle()
    return gift


async def test_no_column_holds_a_word_of_the_person(house: House) -> None:
    gift = await _of_all_kinds(house)
    filled, empty = await _fill(house)
    assert {"crm.gift", "crm.gift_ask", "crm.grant_award", "crm.tribute", "giving.gift_detail"} <= filled
    assert empty == set(), "tables of which nothing is proved"
    await house.tenant.raise_.post(
        f"/raise/api/Donor/{gift['donorId']}/erasure", {"confirmedDonorId": gift["donorId"]}
    )
    await house.settle()
    assert await _places(house) == []
    assert await wrong_figures(house.app.db, house.tenant.id) == []
