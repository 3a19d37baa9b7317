"""Whatever stands in a column of a gift, a donor, a contact or a campaign: each page and each operation about it answers, and says what is broken."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from almoner.platform import telling
from almoner.platform.program import typed
from tests.api.console.conftest import Visit, visit
from tests.integration.test_broken_rows import broken, owner
from tests.support.house import House

__all__ = ["owner"]

pytestmark = pytest.mark.anyio


@dataclass
class Ground:
    """A house with one gift that is in the CRM and one that has failed, and where each is told."""

    house: House
    owner: Any
    browser: Visit
    ids: dict[str, int]
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, int]:
        """The row of each table that is broken."""
        return {
            "giving.gift": self.ids["gift"],
            "giving.donor": self.ids["donor"],
            "giving.campaign": self.ids["campaign"],
            "crm.gift": self.ids["crm_gift"],
            "crm.contact": self.ids["contact"],
        }

    async def answers(self) -> dict[str, httpx.Response]:
        """What every page and operation about them says now, by its address."""
        ids, pages = self.ids, {}
        raise_, crm = self.house.tenant.raise_, self.house.tenant.crm
        for path in (
            *(f"/raise/api/Gift/{ids['gift']}", "/raise/api/Gift/list", "/raise/api/Donor/list"),
            *(f"/raise/api/Donor/{ids['donor']}", f"/raise/api/Donor/{ids['donor']}/gifts"),
            *(f"/raise/api/Sync/gift/{ids['gift']}", f"/raise/api/Sync/donor/{ids['donor']}"),
            *(f"/raise/api/Campaign/{ids['campaign']}", "/raise/api/Campaign/list"),
        ):
            pages[path] = await raise_.call("GET", path)
        for path in (
            *(f"/crm/api/Gift/{ids['crm_gift']}", f"/crm/api/Gift/ByContact/{ids['contact']}"),
            *(f"/crm/api/Gift/RaiseDonors/{ids['gift']}", f"/crm/api/Contact/{ids['contact']}"),
            "/crm/api/Contact/Find?email=ada@example.org",
        ):
            pages[path] = await crm.call("GET", path)
        for path in (
            *("/console/", "/console/gifts", "/console/needs-you", "/console/balance", "/console/arrivals"),
            *("/console/campaigns", "/console/gifts?q=example", "/console/gifts?show=synced"),
            *(f"/console/gifts/{ids['gift']}", f"/console/gifts/{ids['gift']}/state"),
            *(f"/console/contact/{ids['contact']}", f"/console/gift/{ids['crm_gift']}"),
        ):
            pages[path] = await self.browser.get(path)
        return pages


@pytest.fixture
async def ground(own_house: House, owner: Any) -> AsyncIterator[Ground]:
    tenant = own_house.tenant
    body = {"name": "Spring", "startDate": "2026-01-01T00:00:00Z"}
    campaign = await tenant.raise_.post("/raise/api/Campaign", body)
    gift = await tenant.give(12, campaignId=campaign["id"])
    state = await tenant.settled("gift", gift["id"])
    contact = (await tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}"))["contactId"]
    ids = {
        "gift": gift["id"],
        "donor": gift["donorId"],
        "campaign": campaign["id"],
        "crm_gift": int(state["crmKey"]),
        "contact": contact,
    }
    browser = visit(own_house)
    async with browser.client:
        await browser.sign_in()
        yield Ground(own_house, owner, browser, ids)


async def loosen(ground: Ground) -> None:
    """Take away what keeps a value out of a column, so that only its type does; name the columns and their types."""
    for table in ground.tables:
        checks = await ground.owner.fetch(
            "SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'", table
        )
        for check in checks:
            await ground.owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{check["conname"]}"')
        for row in await ground.owner.fetch(
            "SELECT attname, format_type(atttypid, atttypmod) AS kind FROM pg_attribute WHERE attrelid = $1::text::regclass "
            "AND attnum > 0 AND NOT attisdropped AND attgenerated = ''", table
        ):  # fmt: skip
            if row["attname"] not in ("id", "organization_id"):
                ground.columns[table, row["attname"]] = row["kind"]
                await ground.owner.execute(
                    f'ALTER TABLE {table} ALTER COLUMN "{row["attname"]}" DROP NOT NULL'
                )


_DAYS = ["4714-11-24 BC", "0044-03-15 BC", "0001-01-01", "9999-12-31", "20000-01-01", "infinity", "-infinity"]
_VALUES = {
    "bigint": ["0", "-1", "9223372036854775807", "-9223372036854775808"],
    "integer": ["0", "-1", "2147483647", "-2147483648"],
    "smallint": ["0", "-1", "99", "32767", "-32768"],
    "boolean": ["true", "false"],
    "date": _DAYS,
    "timestamp with time zone": [*_DAYS, "294276-12-31"],
    "bigint[]": ["{}", "{NULL}", "{999999}", "{0,-1}", "{{1,2},{3,4}}", "{9223372036854775807}", "[0:1]={1,2}"],
    "text[]": ["{}", "{NULL}", '{""}', "{{a,b},{c,d}}", "[0:1]={a,b}", "{<script>,0,-7}"],
    "character(3)": ["QQQ", "   ", "usd", "KWD", "JPY", "\N{EURO SIGN}", "<b>"],
    "text": ["", " ", "\x7f\x01", "0", "[]", "\N{HEBREW LETTER ALEF}" * 9, "a" * 9_000, "<script>", "{}%s{0}", "-7"],
    "jsonb": ["null", "[1]", "1e400", "{}", '{"raiseGiftId": "x"}', '{"raiseGiftId": 1e30, "campaignId": []}'],
    "numeric": ["0", "-1", "NaN", "Infinity", "1e60"],
    "bytea": ["\\x00ff"],
}  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_no_value_that_a_column_can_hold_makes_a_page_or_an_operation_fail(
    ground: Ground, data: st.DataObject
) -> None:
    if not ground.columns:
        await loosen(ground)
        assert set(ground.columns.values()) <= set(_VALUES), (
            "a column of a new type: say what could stand in it"
        )
    table, column = data.draw(st.sampled_from(sorted(ground.columns)))
    value = data.draw(st.none() | st.sampled_from(_VALUES[ground.columns[table, column]]))
    assert await lost(ground, table, column, value) == {}, f"{table}.{column} = {value!r}"


async def lost(ground: Ground, table: str, column: str, value: str | None) -> dict[str, int]:
    """The pages and operations that fail while `value` stands in that column."""
    kind, id_ = ground.columns[table, column], ground.tables[table]
    set_to = f'UPDATE {table} SET "{column}" = $1::text::{kind} WHERE id = {id_}'
    was = await ground.owner.fetchval(f'SELECT "{column}"::text FROM {table} WHERE id = {id_}')
    await ground.owner.execute(set_to, value)
    try:
        answers = await ground.answers()
    finally:
        await ground.owner.execute(set_to, was)
    return {path: each.status_code for path, each in answers.items() if each.status_code >= 500}


MADE_PAGES_FAIL = [
    ("crm.gift", "custom_values", "null"),
    ("crm.gift", "custom_values", '{"raiseGiftId": "x"}'),
    ("crm.gift", "designation_minor", "{9223372036854775807}"),
    ("crm.gift", "gift_on", "0044-03-15 BC"),
    ("giving.donor", "erased_at", "20000-01-01"),
]


async def test_what_once_made_a_page_fail_makes_none_fail(ground: Ground) -> None:
    await loosen(ground)
    assert [each for each in MADE_PAGES_FAIL if await lost(ground, *each)] == []


BREAKS = {
    "a currency that nobody knows": ("currency = 'QQQ'", "currency", "nobody knows its currency QQQ"),
    "a day before Christ": ("gift_on = '0044-03-15 BC'", "gift_on", "its day 0044-03-15 BC is none that can be told"),
    "no project": ("project_ids = '{}'", "project_ids", "its split {1200} over projects {} is none"),
    "a status of nobody's": ("status = 99", "status", "nobody knows its status 99"),
    "a time of the year 20000": ("received_at = '20000-01-01 00:00+00'", "received_at", "the time 20000-01-01"),
    "a project that is gone": ("project_ids = '{999999}'", "project_ids", "it names project 999999"),
    "a donor who is gone": ("donor_id = 999999", "donor_id", "its donor 999999 is not there"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "column", "lack"), BREAKS.values(), ids=BREAKS)
async def test_the_page_of_a_broken_gift_says_which_column_what_stands_there_and_what_to_type(
    ground: Ground, change: str, column: str, lack: str
) -> None:
    await loosen(ground)
    await broken(ground.owner, "giving.gift", change, ground.ids["gift"])
    answers = await ground.answers()
    assert {
        path: each.status_code for path, each in answers.items() if each.status_code not in (200, 303)
    } == {}
    page = html.unescape(answers[f"/console/gifts/{ground.ids['gift']}"].text)
    assert "This gift is broken in the database" in page
    assert f"<code>{column}</code>: {lack}" in page
    assert f"<code>{typed('doctor')}</code>" in page


async def test_a_gift_that_is_whole_is_not_called_broken(ground: Ground) -> None:
    page = (await ground.browser.get(f"/console/gifts/{ground.ids['gift']}")).text
    assert "broken" not in page


async def test_a_figure_in_a_currency_that_nobody_knows_is_told_in_minor_units(ground: Ground) -> None:
    await ground.owner.execute("UPDATE giving.tally SET currency = 'QQQ'")
    await ground.owner.execute("UPDATE crm.contact_giving SET currency = 'QQQ'")
    await broken(ground.owner, "giving.gift", "currency = 'QQQ'", ground.ids["gift"])
    answers = await ground.answers()
    told = "1,200 minor units of QQQ"
    for path in ("/console/", "/console/balance", "/console/gifts", f"/console/gifts/{ground.ids['gift']}"):
        assert told in answers[path].text, path
    gift = answers[f"/raise/api/Gift/{ground.ids['gift']}"].json()
    assert (gift["amount"], gift["formattedAmount"], gift["currency"]) == (None, told, "QQQ")
    assert gift["projects"][0]["amount"] == told
    campaign = answers[f"/raise/api/Campaign/{ground.ids['campaign']}"].json()
    assert campaign["raisedByCurrency"][0]["formattedAmount"] == told
    contact = answers[f"/crm/api/Contact/{ground.ids['contact']}"].json()
    assert contact["givingByCurrency"][0]["lifeToDateGiving"] == told


async def test_a_correction_of_a_broken_gift_says_what_is_broken_or_mends_it(ground: Ground) -> None:
    path = f"/raise/api/Gift/{ground.ids['gift']}"
    await broken(ground.owner, "giving.gift", "currency = 'QQQ'", ground.ids["gift"])
    answer = await ground.house.tenant.raise_.call("PATCH", path, json={"amount": 5})
    assert answer.status_code == 400 and "amount" in answer.json()["errors"]
    await broken(
        ground.owner, "giving.gift", "gift_on = '0044-03-15 BC', currency = 'USD'", ground.ids["gift"]
    )
    await ground.owner.execute(
        "ALTER TABLE giving.gift ADD CONSTRAINT gift_day CHECK (gift_on > '0001-01-01') NOT VALID"
    )
    answer = await ground.house.tenant.raise_.call("PATCH", path, json={"notes": "for the well"})
    assert answer.status_code == 409 and "gift_day" in answer.json()["detail"]
    answer = await ground.house.tenant.raise_.call("PATCH", path, json={"date": "2025-03-15"})
    assert answer.status_code == 200 and answer.json()["date"] == "2025-03-15"


CORRECTIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "a currency that nobody knows": ("currency = 'QQQ'", "currency", None),
    "a day before Christ": ("gift_on = '0044-03-15 BC'", "gift_on", {"date": "2025-03-15"}),
    "a day that never comes": ("gift_on = 'infinity'", "gift_on", {"date": "2025-03-15"}),
    "no project": ("project_ids = '{}'", "project_ids", {"projects": [{"projectId": 1, "amount": 12}]}),
    "a status of nobody's": ("status = 99", "status", None),
    "a time that never comes": ("received_at = 'infinity'", "received_at", None),
    "a time before all others": ("received_at = '-infinity'", "received_at", None),
    "a project that is gone": (
        "project_ids = '{7777}'", "project_ids", {"projects": [{"projectId": 1, "amount": 12}]},
    ),
    "a donor who is gone": ("donor_id = 999999", "donor_id", None),
    "no amount": ("amount_minor = NULL", "amount_minor", None),
}  # fmt: skip
"""By what breaks a gift: the column that it breaks, and the correction that mends it (None: none does)."""


@pytest.mark.parametrize(("change", "column", "cure"), CORRECTIONS.values(), ids=CORRECTIONS)
async def test_a_correction_that_leaves_a_gift_broken_is_refused_and_names_the_column(
    ground: Ground, change: str, column: str, cure: dict[str, Any] | None
) -> None:
    await loosen(ground)
    await broken(ground.owner, "giving.gift", change, ground.ids["gift"])
    path, tenant = f"/raise/api/Gift/{ground.ids['gift']}", ground.house.tenant
    sync = f"/raise/api/Sync/gift/{ground.ids['gift']}"
    before = await tenant.raise_.get(sync)
    for said in ({"notes": "for the well"}, {"notes": None}, {}):
        answer = await tenant.raise_.call("PATCH", path, json=said)
        assert answer.status_code == 409 and f"({column}:" in answer.json()["detail"], (said, answer.text)
    await ground.house.settle()
    assert (await tenant.raise_.get(sync)) == before
    if cure is not None:
        answer = await tenant.raise_.call("PATCH", path, json=cure | {"notes": "for the well"})
        assert answer.status_code == 200 and answer.json()["notes"] == "for the well"


@pytest.mark.parametrize("never", ["infinity", "-infinity"])
async def test_a_time_or_day_that_never_comes_is_told_as_null_and_its_page_says_so(
    ground: Ground, never: str
) -> None:
    await loosen(ground)
    change = f"received_at = '{never}', modified_at = '{never}', gift_on = '{never}'"
    await broken(ground.owner, "giving.gift", change, ground.ids["gift"])
    answers = await ground.answers()
    gift = answers[f"/raise/api/Gift/{ground.ids['gift']}"].json()
    assert (gift["createdDate"], gift["modifiedDate"], gift["date"]) == (None, None, None)
    page = html.unescape(answers[f"/console/gifts/{ground.ids['gift']}"].text)
    assert "This gift is broken in the database" in page and "<code>received_at</code>" in page
    for path, answer in answers.items():
        assert "9999" not in answer.text and "0001" not in answer.text, path


async def test_no_value_that_a_column_of_a_gift_can_hold_makes_its_correction_fail(ground: Ground) -> None:
    await loosen(ground)
    path, id_ = f"/raise/api/Gift/{ground.ids['gift']}", ground.ids["gift"]
    lost: dict[str, int] = {}
    for (table, column), kind in ground.columns.items():
        was = await ground.owner.fetchval(
            f'SELECT "{column}"::text FROM {table} WHERE id = {ground.tables[table]}'
        )
        for value in (None, *_VALUES[kind]) if table == "giving.gift" else ():
            await ground.owner.execute(
                f'UPDATE {table} SET "{column}" = $1::text::{kind} WHERE id = {id_}', value
            )
            for said in ({"notes": "for the well"}, {"amount": 12}):
                answer = await ground.house.tenant.raise_.call("PATCH", path, json=said)
                if answer.status_code >= 500:
                    lost[f"{column} = {value!r}: {said}"] = answer.status_code
        if table == "giving.gift":
            await ground.owner.execute(
                f'UPDATE {table} SET "{column}" = $1::text::{kind} WHERE id = {id_}', was
            )
    assert lost == {}


async def test_a_broken_row_is_logged_once_an_hour_however_often_it_is_told(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling._logged.clear()
    await broken(ground.owner, "giving.gift", "status = 99", ground.ids["gift"])
    now = 1000.0
    monkeypatch.setattr(telling, "monotonic", lambda: now)

    async def named() -> int:
        with capture_logs() as logs:
            for _ in range(3):
                await ground.browser.get("/console/arrivals")
        said = [log for log in logs if log["event"] == "record_broken" and log["record"] == "giving.gift"]
        return len(said)

    assert (await named(), await named()) == (1, 0)
    now += 3600.0
    assert (await named(), await named()) == (1, 0)
