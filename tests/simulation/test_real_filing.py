"""A real filing goes through the public API while the server is killed three times: each gift once, to the cent."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from almoner.kernel.money import format_amount
from almoner.platform.database import open_database
from almoner.platform.postgres import running_dsn
from tests.support import fec
from tests.support.figures import wrong_figures
from tests.support.house import Api
from tests.support.server import COMMAND, Server, environment

pytestmark = [pytest.mark.simulation, pytest.mark.realdata]

GIFTS, TOTAL = 1316, Decimal("301030.36")
REFUNDS, RETURNED = 8, Decimal("7075.00")
KILLS = ((0.05, 0.2), (0.3, 0.45), (0.55, 0.7))
"""Between which parts of the file given the server is killed."""
PAGE = 500
SETTLE_SECONDS = 60.0


FIELDS = {
    "id",
    "amount",
    "crmKey",
    "currentBalance",
    "donorId",
    "items",
    "lifeToDateGiftCount",
    "lifeToDateGiversCount",
    "lifeToDateGiving",
    "list",
    "sourceKey",
    "sourceTransactionId",
    "total",
}
"""What is kept of an answer. Names and addresses are dropped at once: a failing assertion shows what it compares."""


class ExactApi(Api):
    """Reads decimal numbers exactly, and nothing that names a person."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__(client)
        # A pool searches all requests that wait in it, for each of them.
        self._at_once = asyncio.Semaphore(4)

    async def get(self, path: str, **params: Any) -> Any:
        """The body of a GET that must succeed."""
        async with self._at_once:
            response = await self.client.get(path, params=params)
        assert response.is_success, f"{path}: {response.status_code}"
        return json.loads(response.text, parse_float=Decimal, object_pairs_hook=_kept)


def _kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if name in FIELDS}


@pytest.fixture(scope="module", autouse=True)
def _filing() -> None:
    if not fec.FILING.exists():
        pytest.skip(
            "the real filing that proves the import (fec-1544132.fec.gz) is not beside the repository"
        )


def test_the_filing_holds_the_gifts_it_is_known_for() -> None:
    found = fec.gifts()
    assert (len(found), sum(one.amount_minor for one in found)) == (GIFTS, int(TOTAL * 100))
    assert len({one.transaction_id for one in found}) == GIFTS


def test_the_filing_holds_the_refunds_it_is_known_for() -> None:
    found = fec.refunds()
    assert (len(found), sum(one.amount_minor for one in found)) == (REFUNDS, int(RETURNED * 100))


def test_no_giver_gives_more_than_the_filing_states() -> None:
    over = [
        giver
        for giver, given in fec.by_giver(fec.gifts()).items()
        if sum(one.amount_minor for one in given) > max(one.aggregate_minor for one in given)
    ]
    assert not over


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("ALMONER_TEST_SEED") or random.randrange(2**32))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data") as running:
        yield running


@pytest.mark.timeout(240)
def test_a_real_filing_survives_three_kills(server: Server, tmp_path: Path, seed: int) -> None:
    print(f"ALMONER_TEST_SEED={seed}")
    chance = random.Random(seed)
    tokens = server.almoner("org", "create", "Real filing")
    file = tmp_path / "gifts.csv"
    fec.write_gifts_csv(file, fec.gifts())
    with _giving(server, file, tokens["raiseToken"], tmp_path) as process:
        for low, high in KILLS:
            _await_gifts(server, tokens["raiseToken"], round(chance.uniform(low, high) * GIFTS))
            assert process.poll() is None, f"all was given before the kill, or giving failed; seed {seed}"
            server.kill9()
            server.start()
        assert process.wait(SETTLE_SECONDS) == 0, (tmp_path / "give.err").read_text()
    summary = json.loads((tmp_path / "give.json").read_text())
    assert (summary["given"] + summary["alreadyThere"], summary["rejected"]) == (GIFTS, 0), summary
    asyncio.run(_check_both_sides(server, tokens))
    asyncio.run(_refund_and_check(server, tokens))


@contextmanager
def _giving(server: Server, file: Path, token: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`almoner give` at work on `file`, in a process of its own."""
    options = ["--url", server.url, "--concurrency", "4", "--patience", "60", "--json"]
    with (folder / "give.json").open("wb") as out, (folder / "give.err").open("wb") as err:
        process = subprocess.Popen(
            [*COMMAND, "give", "--from", str(file), *options],
            env=environment(ALMONER_RAISE_TOKEN=token),
            stdout=out,
            stderr=err,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _await_gifts(server: Server, token: str, count: int) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
        while client.get("/raise/api/Gift/list", params={"Take": 0}).json()["total"] < count:
            assert time.monotonic() < deadline, f"fewer than {count} gifts after {SETTLE_SECONDS} s"
            time.sleep(0.01)


async def _check_both_sides(server: Server, tokens: dict[str, Any]) -> None:
    givers = fec.by_giver(fec.gifts())
    async with _api(server, tokens["raiseToken"]) as giving, _api(server, tokens["crmToken"]) as crm:
        await _await_crm(crm)
        gifts = await _all(giving, "/raise/api/Gift/list")
        donors = await _all(giving, "/raise/api/Donor/list")
        _check_giving(gifts, donors, givers)
        contacts = await asyncio.gather(*(crm.get(f"/crm/api/Contact/{donor['crmKey']}") for donor in donors))
        _check_contacts(donors, contacts, givers)
        rows = await asyncio.gather(*(_gifts_of(crm, contact["id"]) for contact in contacts))
        _check_rows(donors, rows, givers)
        project = await crm.get("/crm/api/Project/Code/GENERAL")
    await _check_figures(server, tokens["organizationId"])
    assert (project["lifeToDateGiftCount"], project["lifeToDateGiversCount"]) == (GIFTS, len(givers))
    assert project["lifeToDateGiving"] == project["currentBalance"] == TOTAL


async def _refund_and_check(server: Server, tokens: dict[str, Any]) -> None:
    """The refunds of the filing go back, each of its giver's gifts, the latest first; then the CRM nets to gifts less refunds."""
    givers = fec.by_giver(fec.gifts())
    async with _api(server, tokens["raiseToken"]) as giving, _api(server, tokens["crmToken"]) as crm:
        gifts = await _all(giving, "/raise/api/Gift/list")
        donors = {donor["sourceKey"]: donor for donor in await _all(giving, "/raise/api/Donor/list")}
        left = {gift["id"]: int(gift["amount"] * 100) for gift in gifts}
        returned = dict.fromkeys(givers, 0)
        for n, refund in enumerate(fec.refunds()):
            returned[refund.giver] += refund.amount_minor
            rest = refund.amount_minor
            of_donor = (gift["id"] for gift in gifts if gift["donorId"] == donors[refund.giver]["id"])
            for gift_id in sorted(of_donor, reverse=True):
                part = min(rest, left[gift_id])
                if part:
                    answer = await giving.client.post(
                        f"/raise/api/Gift/{gift_id}/refund",
                        json={"amount": part / 100},
                        headers={"Idempotency-Key": f"refund {n} of {gift_id}".replace(" ", "-")},
                    )
                    assert answer.is_success, answer.status_code
                left[gift_id] -= part
                rest -= part
            assert not rest
        await _await_net(crm, TOTAL - RETURNED)
        for giver in {one.giver for one in fec.refunds()}:
            contact = await crm.get(f"/crm/api/Contact/{donors[giver]['crmKey']}")
            net = sum(one.amount_minor for one in givers[giver]) - returned[giver]
            assert contact["lifeToDateGiving"] == format_amount(net, "USD")
    await _check_figures(server, tokens["organizationId"])


async def _await_net(crm: Api, net: Decimal) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := (await crm.get("/crm/api/Project/Code/GENERAL"))["lifeToDateGiving"]) != net:
        assert time.monotonic() < deadline, f"the CRM nets to {found}, not to {net}"
        await asyncio.sleep(0.05)


async def _check_figures(server: Server, organization_id: int) -> None:
    """What both products and the sync keep as totals is what a count gives; only numbers are shown."""
    dsn = running_dsn(server.data_dir)
    assert dsn is not None
    db = await open_database(dsn, pool_size=1)
    try:
        assert await wrong_figures(db, organization_id) == []
    finally:
        await db.close()


def _check_giving(gifts: list[Any], donors: list[Any], givers: dict[str, list[fec.Contribution]]) -> None:
    """Every line of the file is one gift, of the right donor, and nothing else is there."""
    expected = {
        one.transaction_id: (one.giver, one.amount_minor) for given in givers.values() for one in given
    }
    key_of = {donor["id"]: donor["sourceKey"] for donor in donors}
    found = {
        gift["sourceTransactionId"]: (key_of[gift["donorId"]], int(gift["amount"] * 100)) for gift in gifts
    }
    assert len(gifts) == len(found) == GIFTS
    assert {key for key, value in expected.items() if found.get(key) != value} == set()
    assert sum(gift["amount"] for gift in gifts) == TOTAL
    assert sorted(key_of.values()) == sorted(givers)


def _check_contacts(
    donors: list[Any], contacts: list[Any], givers: dict[str, list[fec.Contribution]]
) -> None:
    """Every donor's `crmKey` is a contact of its own, with the sum of the file's lines for that giver."""
    assert len({contact["id"] for contact in contacts}) == len(donors)
    wrong = [
        donor["id"]
        for donor, contact in zip(donors, contacts, strict=True)
        if str(contact["id"]) != donor["crmKey"]
        or contact["lifeToDateGiving"] != fec.total_text(givers[donor["sourceKey"]])
    ]
    assert not wrong, f"donors whose contact or total is wrong: {wrong[:20]}"


def _check_rows(donors: list[Any], rows: list[list[Any]], givers: dict[str, list[fec.Contribution]]) -> None:
    """The gifts listed for each contact are the lines of the file for that giver: no other, none twice."""
    listed = [row["id"] for part in rows for row in part]
    assert len(listed) == len(set(listed)) == GIFTS
    assert sum(_amount(row) for part in rows for row in part) == TOTAL
    wrong = [
        donor["id"]
        for donor, part in zip(donors, rows, strict=True)
        if sorted(map(_amount, part))
        != sorted(Decimal(one.row["amount"]) for one in givers[donor["sourceKey"]])
    ]
    assert not wrong, f"donors whose contact has other gifts: {wrong[:20]}"


def _amount(row: Any) -> Decimal:
    return Decimal(row["amount"].strip("$").replace(",", ""))


async def _await_crm(crm: Api) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (count := (await crm.get("/crm/api/Project/Code/GENERAL"))["lifeToDateGiftCount"]) < GIFTS:
        assert time.monotonic() < deadline, (
            f"{count} of {GIFTS} gifts are in the CRM after {SETTLE_SECONDS} s"
        )
        await asyncio.sleep(0.05)


async def _gifts_of(crm: Api, contact_id: int) -> list[Any]:
    page = await crm.get(f"/crm/api/Gift/ByContact/{contact_id}", take=PAGE)
    assert page["total"] == len(page["list"])
    return page["list"]


async def _all(api: Api, path: str) -> list[Any]:
    """All records of a list, page by page."""
    found: list[Any] = []
    while True:
        page = await api.get(path, Skip=len(found), Take=PAGE)
        found += page["items"]
        if len(found) >= page["total"] or not page["items"]:
            return found


@asynccontextmanager
async def _api(server: Server, token: str) -> AsyncIterator[ExactApi]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=SETTLE_SECONDS, trust_env=False
    ) as client:
        yield ExactApi(client)
