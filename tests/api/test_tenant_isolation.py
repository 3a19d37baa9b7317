"""With organization A's tokens nothing of organization B is seen or changed, by any route, code, key or filter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.sync.mapping import SOURCE
from tests.api.refusals import api
from tests.api.walk import PRODUCTS, Operation, operations
from tests.support.house import House, Tenant, give_body
from tests.support.rows import Rows

pytestmark = pytest.mark.anyio

MARK = "bravo"
"""In every text that B stores; it must never be in an answer to A."""

PAGE = {"skip", "take", "sortby", "descending"}


@dataclass(frozen=True)
class Theirs:
    """What B has: what to put into each path parameter, query parameter and body to ask for it."""

    tenant: Tenant
    path: dict[tuple[str, str], list[object]]
    query: dict[tuple[str, str], list[dict[str, str]]]
    bodies: dict[tuple[str, str], list[dict[str, Any]]]


@pytest.fixture
async def theirs(house: House) -> Theirs:
    """Organization B, with a record of every kind."""
    await house.tenant.give(7, "alpha@example.org")
    tenant = await house.another_tenant(f"{MARK} house")
    campaign = await tenant.raise_.post(
        "/raise/api/Campaign", {"name": f"{MARK} campaign", "startDate": "2024-01-01T00:00:00Z"}
    )
    fund = {"name": f"{MARK} fund", "code": f"{MARK}-code", "description": MARK}
    project = await tenant.raise_.post("/raise/api/Project", fund)
    crm_project = await tenant.crm.post(
        "/crm/api/Project", {"name": f"{MARK} fund", "projectCode": f"{MARK}-code"}
    )
    gift = await tenant.raise_.post(
        "/raise/api/Raise/give", _gift_of(campaign["id"]), headers={"Idempotency-Key": MARK}
    )
    crm_gift = (await tenant.settled("gift", gift["id"]))["crmKey"]
    contact = (await tenant.settled("donor", gift["donorId"]))["crmKey"]
    return Theirs(
        tenant,
        path={
            ("raise", "gift_id"): [gift["id"]],
            ("raise", "donor_id"): [gift["donorId"]],
            ("raise", "campaign_id"): [campaign["id"]],
            ("raise", "project_id"): [project["id"]],
            ("raise", "entity"): ["gift", "donor"],
            ("raise", "record_id"): [gift["id"], gift["donorId"]],
            ("crm", "contact_id"): [contact],
            ("crm", "gift_id"): [crm_gift],
            ("crm", "project_id"): [crm_project["id"]],
            ("crm", "project_code"): [f"{MARK}-code", f"{MARK}-CODE"],
            ("crm", "reference_source"): [SOURCE, f"{MARK}-system"],
            ("crm", "reference_id"): [gift["donorId"], f"{MARK}-donor"],
            ("crm", "transaction_source"): [SOURCE, f"{MARK}-system"],
            ("crm", "transaction_id"): [gift["id"], f"{MARK}-gift"],
        },
        query={
            ("crm", "find_contact"): [
                {"email": f"{MARK}@example.org"},
                {"referenceSource": SOURCE, "referenceId": str(gift["donorId"])},
            ],
            ("crm", "set_project_active"): [{"active": "false"}],
            ("raise", "toggle_sync"): [{"reason": "not mine"}],
        },
        bodies={
            ("raise", "give"): [
                give_body(5, campaignId=campaign["id"]),
                give_body(5, projects=[{"projectId": project["id"]}]),
                give_body(5, projects=[{"code": f"{MARK}-code"}]),
            ],
            ("raise", "create_campaign"): [{}],
            ("raise", "create_project"): [{}],
            ("crm", "create_project"): [{"name": "Wells", "parentId": crm_project["id"]}],
        },
    )


def _gift_of(campaign_id: int) -> dict[str, Any]:
    source = {"sourceSystem": f"{MARK}-system", "sourceKey": f"{MARK}-donor"}
    name = {"firstName": MARK, "lastName": MARK, "phone": MARK, "address1": MARK, "city": MARK}
    return give_body(
        500,
        f"{MARK}@example.org",
        campaignId=campaign_id,
        projects=[{"code": f"{MARK}-code"}],
        transactionSource=f"{MARK}-system",
        transactionId=f"{MARK}-gift",
        notes=MARK,
        donor={**source, **name},
    )


def requests(operation: Operation, theirs: Theirs) -> Iterator[dict[str, Any]]:
    """Every request for what is B's that `operation` allows."""
    missing = [name for name in operation.parameters if (operation.product, name) not in theirs.path]
    assert not missing, (
        f"{operation.path}: say in this test what of B's stands for the path parameter {missing}"
    )
    values = {name: theirs.path[operation.product, name] for name in operation.parameters}
    key = (operation.product, operation.name)
    asked = {name for name in operation.query if name.lower() not in PAGE}
    queries = theirs.query.get(key, [{}])
    assert asked == set().union(*queries), f"{operation.path}: say in this test what B's {asked} are"
    assert not operation.has_body or key in theirs.bodies, (
        f"{operation.path}: say in this test how its body names B's"
    )
    for address in operation.addresses(values):
        for query in queries:
            for body in theirs.bodies.get(key, [None]):
                yield {"method": operation.method, "path": address, "params": query or None, "json": body}


@pytest.mark.parametrize("product", PRODUCTS)
async def test_no_route_gives_or_changes_anything_of_another_organization(
    house: House, all_rows: Rows, theirs: Theirs, product: str
) -> None:
    before = await all_rows.of_organization(theirs.tenant.id)
    for operation in await operations(house, product):
        for request in requests(operation, theirs):
            answer = await api(house, product).call(**request)
            assert_nothing_of_theirs(operation, answer)
    assert await all_rows.of_organization(theirs.tenant.id) == before


def assert_nothing_of_theirs(operation: Operation, answer: httpx.Response) -> None:
    """404, or a refusal, or an empty list; only an operation that names no record may show the caller's own."""
    where = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    assert MARK not in answer.text.lower().replace(str(answer.request.url.path).lower(), ""), where
    assert answer.status_code in (200, 400, 404, 422), where
    if answer.status_code == 200 and (operation.parameters or operation.has_body):
        assert answer.json().get("total") == 0, where


@pytest.mark.parametrize("product", PRODUCTS)
async def test_the_same_requests_find_the_records_of_their_own_organization(
    house: House, theirs: Theirs, product: str
) -> None:
    caller = theirs.tenant.raise_ if product == "raise" else theirs.tenant.crm
    for operation in await operations(house, product):
        answers = [await caller.call(**request) for request in requests(operation, theirs)]
        if operation.method == "GET":
            assert any(answer.status_code == 200 for answer in answers), (
                f"{operation.path}: the walk asks for nothing"
            )


@pytest.mark.parametrize(
    ("path", "query"), [("/crm/api/New/{unheard_of}", ()), ("/crm/api/New", ("unheardOf",))]
)
def test_a_route_that_the_walk_cannot_fill_fails_it(path: str, query: tuple[str, ...]) -> None:
    theirs: Any = Theirs(tenant=None, path={}, query={}, bodies={})  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="say in this test"):
        list(requests(Operation("crm", "GET", path, "get_new", query, has_body=False), theirs))


async def test_a_donors_address_in_two_organizations_is_two_donors(house: House) -> None:
    other = await house.another_tenant()
    mine, theirs = (
        await house.tenant.give(email="same@example.org"),
        await other.give(email="same@example.org"),
    )
    assert mine["donorId"] != theirs["donorId"]
    assert (await house.tenant.raise_.get("/raise/api/Donor/list"))["total"] == 1


async def test_a_seeded_key_of_another_organizations_contact_fails_visibly(house: House) -> None:
    other = await house.another_tenant()
    contact = (await other.settled("donor", (await other.give())["donorId"]))["crmKey"]
    gift = await house.tenant.give(email="b@example.org", donor={"crmKey": contact})
    assert (await house.tenant.settled("donor", gift["donorId"]))["reason"] == "contact_not_found"


# --- under the application role, by SQL -------------------------------------------------------------------


@pytest.fixture
async def app_role(house: House, theirs: Theirs) -> AsyncIterator[Any]:
    """A connection under the application role that belongs to no organization."""
    async with house.app.db.pool.acquire() as conn:
        yield conn


async def test_sql_of_one_organization_sees_only_its_rows(
    house: House, all_rows: Rows, theirs: Theirs, app_role: Any
) -> None:
    for table in await all_rows.tables(of_tenant=True):
        async with house.app.db.tenant(house.tenant.id) as tx:
            others = f"SELECT count(*) FROM {table} WHERE organization_id <> {house.tenant.id}"
            assert await tx.conn.fetchval(others) == 0, table


async def test_sql_of_no_organization_sees_nothing(all_rows: Rows, app_role: Any) -> None:
    for table in await all_rows.tables(of_tenant=True):
        assert await app_role.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_sql_of_one_organization_writes_no_row_of_another(
    house: House, all_rows: Rows, theirs: Theirs
) -> None:
    a, b = house.tenant.id, theirs.tenant.id
    before = await all_rows.of_organization(b)
    for table in await all_rows.tables(of_tenant=True):
        columns = await _columns(all_rows, table)
        stored = await all_rows.fetch(
            f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE organization_id = $1", b
        )
        copy = (
            f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
            f" SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1)"
        )
        for statement, values in (
            (copy, [json.dumps({"organization_id": b}) if not stored else stored[0]["row"]]),
            (f"UPDATE {table} SET organization_id = {b}", []),
            (f"UPDATE {table} SET organization_id = {a} WHERE organization_id = {b}", []),
            (f"DELETE FROM {table} WHERE organization_id = {b}", []),
        ):
            await _try(house, statement, values)
    assert await all_rows.of_organization(b) == before


async def _columns(all_rows: Rows, table: str) -> str:
    found = await all_rows.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    return ", ".join(row["attname"] for row in found)


async def _try(house: House, statement: str, values: list[object]) -> None:
    """Run `statement` as A: it is refused by a policy or a missing right, or it touches no row."""
    try:
        async with house.app.db.tenant(house.tenant.id) as tx:
            outcome = await tx.conn.execute(statement, *values)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError):
        return
    assert outcome in ("UPDATE 0", "DELETE 0"), f"{statement}: {outcome}"
