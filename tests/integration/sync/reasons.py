"""How each reason comes about: for every one a small story that ends with a record in that state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from almoner.crm.contract import Key, ReverseGift, accept
from almoner.platform.database import Tx
from almoner.sync.rules import Reason
from tests.support.house import Tenant, give_body

NOWHERE = "999999"
POISON = "poison"


async def reached(tenant: Tenant, entity: str, record_id: int, reason: str | None, **more: object) -> Any:
    """The sync state of a record once it has this reason (None: is synced) and the other fields named."""
    wanted = {"reason": reason, **more}
    return await tenant.reached(
        entity, record_id, lambda state: all(state[name] == value for name, value in wanted.items())
    )


async def retry(tenant: Tenant, entity: str, record_id: int) -> Any:
    """Try a record once more, as an operator does."""
    return await tenant.raise_.post(f"/raise/api/Sync/{entity}/{record_id}/retry")


async def campaign(tenant: Tenant, name: str = "Spring", **more: Any) -> int:
    """The id of a new campaign."""
    body = {"name": name, "startDate": "2025-01-01T00:00:00Z", **more}
    return (await tenant.raise_.post("/raise/api/Campaign", body))["id"]


async def toggle(tenant: Tenant, campaign_id: int) -> None:
    """Flip whether a campaign's gifts sync."""
    await tenant.raise_.put(f"/raise/api/Campaign/{campaign_id}/toggle-sync")


async def correct(tenant: Tenant, gift_id: int, **said: Any) -> Any:
    """A gift after this correction."""
    return await tenant.raise_.call("PATCH", f"/raise/api/Gift/{gift_id}", json=said)


async def take_back(
    conn: Any, tenant: Tenant, gift_id: int, *, minor: int | None = None, key: Key | None = None
) -> None:
    """Reverse a gift of giving in the CRM, in part or whole; the reversal comes with this key, or one of its own."""
    async with conn.transaction():
        tx = Tx(conn, tenant.id)
        key, of = key or Key("Processor", f"back {gift_id}"), Key("RaiseDonors", str(gift_id))
        (outcome,) = await accept(
            tx, [ReverseGift(key=key, of=of, version=1, on=date(2025, 6, 1), minor=minor)]
        )
        assert outcome.did == "made", outcome


async def giving_project(tenant: Tenant, code: str) -> None:
    """A project in giving alone."""
    await tenant.raise_.post("/raise/api/Project", {"name": code, "code": code})


async def crm_project(tenant: Tenant, code: str) -> int:
    """The id of a new project in the CRM alone."""
    return (await tenant.crm.post("/crm/api/Project", {"name": code, "projectCode": code}))["id"]


async def contact(conn: Any, tenant: Tenant, email: str, first: str, last: str) -> int:
    """The id of a contact that the CRM had before any gift."""
    contact_id = await conn.fetchval(
        "INSERT INTO crm.contact (organization_id, name, created_at, modified_at)"
        " VALUES ($1, $2, now(), now()) RETURNING id",
        tenant.id,
        f"{first} {last}",
    )
    person = await conn.fetchval(
        "INSERT INTO crm.contact_individual (organization_id, contact_id, first_name, last_name, created_at,"
        " modified_at) VALUES ($1, $2, $3, $4, now(), now()) RETURNING id",
        tenant.id,
        contact_id,
        first,
        last,
    )
    await conn.execute(
        "INSERT INTO crm.contact_method (organization_id, contact_individual_id, type, value, value_key, created_at,"
        " modified_at) VALUES ($1, $2, 'Home Email', $3, lower($3), now(), now())",
        tenant.id,
        person,
        email,
    )
    return int(contact_id)


async def archive(conn: Any, contact_id: int, *, archived: bool = True) -> None:
    """Archive a contact, or take it back."""
    await conn.execute("UPDATE crm.contact SET is_archived = $2 WHERE id = $1", contact_id, archived)


async def poison_gifts(conn: Any) -> None:
    """From now on the CRM cannot store a gift whose note is POISON, for a cause nobody foresaw."""
    await _poison(conn, "crm.gift", "notes")


async def poison_contacts(conn: Any) -> None:
    """From now on the CRM cannot store a contact named POISON."""
    await _poison(conn, "crm.contact", "name")


async def _poison(conn: Any, table: str, column: str) -> None:
    await conn.execute(
        f"""CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'poison of Ada Example'; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.{column} = '{POISON}')
        EXECUTE FUNCTION public.poison()"""
    )


async def cure(conn: Any) -> None:
    """The unforeseen cause is gone."""
    await conn.execute("DROP FUNCTION IF EXISTS public.poison CASCADE")


# --- one story for each reason ---------------------------------------------------------------------------------

Place = tuple[str, int]
Story = Callable[[Tenant, Any], Awaitable[Place]]


async def _queued(tenant: Tenant, conn: Any) -> Place:
    # Holding every cursor keeps all workers away for as long as the connection lives.
    await conn.execute("BEGIN; SELECT FROM platform.event_cursor FOR UPDATE")
    return "gift", (await tenant.give())["id"]


async def _waiting_for_donor(tenant: Tenant, _conn: Any) -> Place:
    return "gift", (await tenant.give(donor={"crmKey": NOWHERE}))["id"]


async def _retrying(tenant: Tenant, conn: Any) -> Place:
    await tenant.settled("gift", (await tenant.give())["id"])
    await poison_gifts(conn)
    return "gift", (await tenant.give(notes=POISON))["id"]


async def _campaign_sync_off(tenant: Tenant, _conn: Any) -> Place:
    return "gift", (await tenant.give(campaignId=await campaign(tenant, canSync=False)))["id"]


async def _held_campaign_paused(tenant: Tenant, _conn: Any) -> Place:
    campaign_id = await campaign(tenant)
    gift = await tenant.give(campaignId=campaign_id)
    await tenant.settled("gift", gift["id"])
    await toggle(tenant, campaign_id)
    await correct(tenant, gift["id"], notes="for the well")
    return "gift", gift["id"]


async def _destination_rejected(tenant: Tenant, conn: Any) -> Place:
    """Another system took a gift back under the key that this one comes with."""
    first = await tenant.give(50)
    await tenant.settled("gift", first["id"])
    await giving_project(tenant, "WELLS")
    gift = await tenant.give(projects=[{"code": "WELLS"}])
    await reached(tenant, "gift", gift["id"], "project_unknown")
    await take_back(conn, tenant, first["id"], key=Key("RaiseDonors", str(gift["id"])))
    await crm_project(tenant, "wells")
    return "gift", gift["id"]


async def _gift_reversed(tenant: Tenant, conn: Any) -> Place:
    gift = await tenant.give(50)
    await tenant.settled("gift", gift["id"])
    await take_back(conn, tenant, gift["id"], minor=4000)
    await correct(tenant, gift["id"], amount=20)
    return "gift", gift["id"]


async def _waiting_for_gift(tenant: Tenant, _conn: Any) -> Place:
    await giving_project(tenant, "WELLS")
    gift = await tenant.give(projects=[{"code": "WELLS"}])
    await reached(tenant, "gift", gift["id"], "project_unknown")
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund", {"amount": 5})
    page = await tenant.raise_.get(f"/raise/api/Gift/{gift['id']}/reversals")
    return "reversal", page["items"][0]["id"]


async def _test_mode(tenant: Tenant, _conn: Any) -> Place:
    return "gift", (await tenant.give(isTestMode=True))["id"]


async def _no_integration(tenant: Tenant, conn: Any) -> Place:
    await conn.execute(
        "UPDATE platform.organization SET integration = 'none' WHERE organization_id = $1", tenant.id
    )
    return "donor", (await tenant.give())["donorId"]


async def _no_syncing_campaign(tenant: Tenant, _conn: Any) -> Place:
    return "donor", (await tenant.give(campaignId=await campaign(tenant, canSync=False)))["donorId"]


async def _contact_not_found(tenant: Tenant, _conn: Any) -> Place:
    return "donor", (await tenant.give(crmKey=NOWHERE))["donorId"]


async def _contact_archived(tenant: Tenant, conn: Any) -> Place:
    contact_id = await contact(conn, tenant, "old@example.org", "Ada", "Example")
    await archive(conn, contact_id)
    return "donor", (await tenant.give(donor={"crmKey": str(contact_id)}))["donorId"]


async def _contact_ambiguous(tenant: Tenant, conn: Any) -> Place:
    for _ in range(2):
        await contact(conn, tenant, "ada@example.org", "Ada", "Example")
    return "donor", (await tenant.give())["donorId"]


async def _project_unknown(tenant: Tenant, _conn: Any) -> Place:
    await giving_project(tenant, "WELLS")
    return "gift", (await tenant.give(projects=[{"code": "WELLS"}]))["id"]


async def _project_inactive(tenant: Tenant, _conn: Any) -> Place:
    await giving_project(tenant, "WELLS")
    project_id = await crm_project(tenant, "wells")
    await tenant.crm.put(f"/crm/api/Project/{project_id}/Active", active=False)
    return "gift", (await tenant.give(projects=[{"code": "WELLS"}]))["id"]


async def _missing_required_field(tenant: Tenant, _conn: Any) -> Place:
    nameless = {"firstName": None, "lastName": None, "sourceSystem": "ledger", "sourceKey": "1"}
    return "donor", (await tenant.give(email=None, donor=nameless))["donorId"]


async def _retries_exhausted(tenant: Tenant, conn: Any) -> Place:
    await poison_contacts(conn)
    donor = {"firstName": POISON, "lastName": None}
    gift = await tenant.give(donor=donor)
    for _ in range(20):
        state = await tenant.settled("donor", gift["donorId"])
        if state["reason"] == Reason.RETRIES_EXHAUSTED:
            break
        await conn.execute(
            "UPDATE sync.record SET due_at = now() - interval '1 hour'"
            " WHERE organization_id = $1 AND due_at IS NOT NULL",
            tenant.id,
        )
    return "donor", gift["donorId"]


async def _record_unreadable(tenant: Tenant, conn: Any) -> Place:
    gift = await tenant.give()
    await conn.execute(
        "UPDATE giving.donor SET created_at = '20000-01-01' WHERE organization_id = $1", tenant.id
    )
    return "donor", gift["donorId"]


STORIES: dict[Reason, Story] = {
    Reason.QUEUED: _queued,
    Reason.WAITING_FOR_DONOR: _waiting_for_donor,
    Reason.RETRYING: _retrying,
    Reason.CAMPAIGN_SYNC_OFF: _campaign_sync_off,
    Reason.HELD_CAMPAIGN_PAUSED: _held_campaign_paused,
    Reason.WAITING_FOR_GIFT: _waiting_for_gift,
    Reason.TEST_MODE: _test_mode,
    Reason.NO_INTEGRATION: _no_integration,
    Reason.NO_SYNCING_CAMPAIGN: _no_syncing_campaign,
    Reason.CONTACT_NOT_FOUND: _contact_not_found,
    Reason.CONTACT_ARCHIVED: _contact_archived,
    Reason.CONTACT_AMBIGUOUS: _contact_ambiguous,
    Reason.PROJECT_UNKNOWN: _project_unknown,
    Reason.PROJECT_INACTIVE: _project_inactive,
    Reason.MISSING_REQUIRED_FIELD: _missing_required_field,
    Reason.GIFT_REVERSED: _gift_reversed,
    Reason.DESTINATION_REJECTED: _destination_rejected,
    Reason.RETRIES_EXHAUSTED: _retries_exhausted,
    Reason.RECORD_UNREADABLE: _record_unreadable,
}

__all__ = ["POISON", "STORIES", "give_body", "reached", "retry"]
