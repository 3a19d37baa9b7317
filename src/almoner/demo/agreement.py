"""Whether both sides agree to the cent: every figure is computed from the acknowledged gifts and looked up again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from almoner.crm import contract as crm
from almoner.crm.gifts import service as crm_gifts
from almoner.demo.ledger import Given, Ledger, Totals, totals_of
from almoner.demo.scene import Scene
from almoner.demo.stream import FUNDS, GENERAL
from almoner.giving import contract as giving
from almoner.giving.gifts import service as giving_gifts
from almoner.kernel.money import format_amount, to_decimal, to_minor
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx
from almoner.sync import service as sync

BASE = "USD"
_ALL = Paging(0, 1_000_000, "id")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not what it must be."""

    what: str
    expected: str
    found: str


async def differences(scene: Scene, ledger: Ledger) -> list[Difference]:
    """Every difference between the acknowledged gifts, giving and the CRM; empty when they agree to the cent."""
    found: list[Difference] = []
    async with scene.app.db.tenant(scene.organization.organization_id, snapshot=True) as tx:
        found += await _totals(tx, ledger)
        found += await _donors(tx, ledger)
        for inexact in (giving.figure_differences, crm.figure_differences, sync.figure_differences):
            found += [
                Difference(f"{one.figure}, {one.of}", str(one.exact), str(one.kept))
                for one in await inexact(tx)
            ]
    found += _states(ledger)
    found += await _funds(scene, ledger)
    return found


async def _totals(tx: Tx, ledger: Ledger) -> list[Difference]:
    """Both sides' number and sum by currency, and giving's own word on which gifts should sync."""
    facts = await giving.gift_facts(tx, [gift.gift_id for gift in ledger.given])
    should = [
        gift
        for gift in ledger.given
        if (fact := facts.get(gift.gift_id)) and fact.can_sync and not fact.is_test_mode
    ]
    sides = (
        ("giving: all gifts", totals_of(ledger.given), await giving_gifts.totals(tx)),
        ("giving: gifts that should sync", ledger.expected_totals, totals_of(should)),
        ("CRM: all gifts", ledger.expected_totals, await crm_gifts.totals(tx)),
    )
    return [difference for side in sides for difference in _compare(*side)]


def _compare(what: str, expected: Totals, found: Totals) -> Iterator[Difference]:
    for currency in sorted({*expected, *found}):
        wanted, seen = expected.get(currency, (0, 0)), found.get(currency, (0, 0))
        if wanted != seen:
            yield Difference(f"{what}, {currency}", _say(*wanted, currency), _say(*seen, currency))


def _say(count: int, minor: int, currency: str) -> str:
    return f"{count} gifts, {format_amount(minor, currency)}"


async def _donors(tx: Tx, ledger: Ledger) -> list[Difference]:
    """Each donor's state, and the total of its contact's gifts in the CRM."""
    by_donor: dict[int, list[Given]] = defaultdict(list)
    for gift in ledger.given:
        by_donor[gift.donor_id].append(gift)
    donors = await giving.donor_facts(tx, list(by_donor))
    found: list[Difference] = []
    for donor_id, gifts in by_donor.items():
        going = [gift for gift in gifts if gift.attempt.withheld is None]
        state = (await sync.why(tx, "donor", donor_id)).record
        wanted = "synced" if going else "withheld"
        if state.state.value != wanted:
            found.append(
                Difference(f"donor {donor_id}: state", wanted, f"{state.state.value} ({state.reason})")
            )
        crm_key = donors[donor_id].crm_key if donor_id in donors else None
        found += _compare(f"donor {donor_id}", totals_of(going), await _contact_totals(tx, crm_key))
    return found


async def _contact_totals(tx: Tx, crm_key: str | None) -> Totals:
    if crm_key is None:
        return {}
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for gift in (await crm_gifts.list_contact_gifts(tx, int(crm_key), _ALL)).items:
        counts[gift.currency_code] += 1
        sums[gift.currency_code] += to_minor(gift.amount, gift.currency_code)
    return {currency: (counts[currency], sums[currency]) for currency in counts}


def _states(ledger: Ledger) -> Iterator[Difference]:
    for gift in ledger.given:
        wanted = "synced" if gift.attempt.withheld is None else f"withheld ({gift.attempt.withheld})"
        seen = gift.state if gift.reason is None else f"{gift.state} ({gift.reason})"
        if seen != wanted:
            yield Difference(f"gift {gift.gift_id}: state", wanted, seen)


async def _funds(scene: Scene, ledger: Ledger) -> list[Difference]:
    """What the CRM's API says of each project, its sub-projects included, in the base currency."""
    found: list[Difference] = []
    for code in (*(fund.code for fund in FUNDS), GENERAL):
        count, minor = fund_total(ledger, code)
        project = await scene.crm.call("GET", f"/api/Project/Code/{code}")
        seen = (project["lifeToDateGiftCount"], Decimal(project["lifeToDateGiving"]))
        if seen != (count, to_decimal(minor, BASE)):
            told = f"{seen[0]} gifts, {BASE} {seen[1]}"
            found.append(Difference(f"CRM project {code}", _say(count, minor, BASE), told))
    return found


def fund_total(ledger: Ledger, code: str) -> tuple[int, int]:
    """Gifts and minor units (base currency) that should be in the CRM under `code` and below; a gift counts once."""
    below = {code, *(fund.code for fund in FUNDS if fund.parent == code)}
    shares = [
        sum(minor for part, minor in gift.attempt.parts if part in below)
        for gift in ledger.given
        if gift.attempt.withheld is None and gift.attempt.currency == BASE
    ]
    return sum(share > 0 for share in shares), sum(shares)
