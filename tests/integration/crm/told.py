"""Records of every kind that queries are asked of, and what the API tells of each, by the names of the parameters."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from almoner.kernel.paging import sort_name
from almoner.platform.query import Catalog, Kind, Parameter
from tests.api.crm.contacts import sample as contacts
from tests.support.house import Tenant

API = "/crm/api"
WORDS = ("Gala_50%", "gala*", "Straße", "ΩΔΗ", "a\\b", "A", "ab ab", "Year-End")
Facts = dict[str, Any]
"""What is told of a record by the names of parameters: a value, or a list of them where a record has several."""


class World:
    """Records that were made at random, as they are told."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.tenant = tenant
        self.rng = random.Random(seed)
        self.of: dict[str, dict[int, Any]] = {}
        self.sent: dict[int, Any] = {}
        self.people: dict[int, Any] = {}

    def day(self) -> str:
        """A day, often the end of a month."""
        return self.rng.choice(("2024-01-31", "2024-02-29", "2025-12-31", "2026-03-02"))

    def word(self) -> str:
        """A word with letters that mean something to patterns, or change their number with their case."""
        return self.rng.choice(WORDS)

    def money(self) -> str:
        """An amount that any currency can have."""
        return str(self.rng.choice((1, 25, 26, 100, 5000)))

    def maybe(self, value: Any) -> Any:
        """The value, or none."""
        return value if self.rng.random() < 0.7 else None

    def any(self, kind: str) -> int:
        """The id of some record of the kind."""
        return self.rng.choice(list(self.of[kind]))

    async def make(self, kind: str, path: str, bodies: Sequence[Mapping[str, Any]], key: str = "id") -> None:
        """Make records and remember what is told of each; what is None is left out."""
        crm = self.tenant.crm
        known = self.of.setdefault(kind, {})
        for body in bodies:
            said = {name: value for name, value in body.items() if value is not None}
            made = await crm.post(f"{API}/{path}", said)
            known[made[key]] = made
            self.sent[made[key]] = said

    async def tell(self, kind: str, path: str) -> None:
        """Remember how each record is told by now."""
        for number in self.of[kind]:
            self.of[kind][number] = await self.tenant.crm.get(f"{API}/{path}/{number}")


async def world(tenant: Tenant, seed: int) -> World:
    """Some records of each kind, which name each other."""
    it = World(tenant, seed)
    for name in ("ada", "bea"):
        it.of.setdefault("contact", {})[int((await contacts.make(tenant, name))["id"])] = None
    await it.tell("contact", "Contact")
    for contact in it.of["contact"].values():
        it.people |= {one["id"]: one for one in contact["contactIndividuals"]}
    await _make_funds(it)
    await _make_campaigns(it)
    await it.make("tribute", "Tribute", [
        {"tributeType": "In Memory Of", "firstName": it.word(), "lastName": "Doe", "city": it.word(), "state": "TX"} for _ in range(2)
    ])  # fmt: skip
    await _make_promises(it)
    await it.make("gift", "Gift", [_gift(it, n) for n in range(16)])
    whole = await tenant.crm.post(f"{API}/Gift/Query", {"groups": [], "take": 1000})
    it.of["gift"] |= {row["id"]: None for row in whole["list"]}
    for kind, path in (("gift", "Gift"), ("project", "Project"), ("pledge", "v2/Pledge"), ("recurring", "RecurringGift"),
                       ("premium", "Premium")):  # fmt: skip
        await it.tell(kind, path)
    return it


async def _make_funds(it: World) -> None:
    first = await it.tenant.crm.post(f"{API}/Project/Query", {"groups": [], "take": 1000})
    it.of["project"] = {row["id"]: row for row in first["list"]}
    for n in range(8):
        await it.make("project", "Project", [{
            "name": f"{it.word()} {n}", "projectCode": f"P_{n}%", "parentId": it.maybe(it.any("project")),
            "type": it.maybe(it.word()), "location": it.maybe(it.word()), "description": it.maybe(it.word()),
            "externalAccountingCode": it.maybe(it.word()), "revenueAccountingCode": it.maybe(it.word()),
            "onlineDisplayName": it.maybe(it.word()), "beginningBalance": it.maybe(it.money()),
            "financialNeedAmount": it.maybe(it.money()), "startDate": it.maybe(it.day()), "endDate": it.maybe("2027-01-31"),
            "isPublic": it.rng.random() < 0.5, "isTaxDeductible": it.rng.random() < 0.5, "isAvailableOnline": it.rng.random() < 0.5,
        }])  # fmt: skip
    await it.make("premium", "Premium", [{
        "name": f"{it.word()} {n}", "code": f"B_{n}", "description": it.maybe(it.word()), "price": it.money(),
        "fairMarketValue": it.money(), "cost": it.money(), "inventoryCount": 100,
    } for n in range(6)])  # fmt: skip


async def _make_campaigns(it: World) -> None:
    await it.make("campaign", "Staff/Campaign", [{
        "name": f"{it.word()} {n}", "description": it.maybe(it.word()), "givingGoal": it.maybe(it.money()),
        "newGiverGoal": it.maybe(5), "totalGiftGoal": it.maybe(7), "startDateTimeUtc": it.maybe("2024-01-31T05:00:00Z"),
    } for n in range(6)], "campaignId")  # fmt: skip
    await it.make("communication", "Communication", [{
        "name": f"{it.word()} {n}", "campaignId": it.any("campaign"), "channelType": it.maybe(it.word()),
        "communicationType": it.maybe(it.word()), "startDateTime": it.maybe(it.day()), "givingGoal": it.maybe(it.money()),
    } for n in range(6)], "communicationId")  # fmt: skip
    await it.make("segment", "Segment", [{
        "name": f"{it.word()} {n}", "code": f"S_{n}%", "communicationId": it.any("communication"),
        "packageCode": it.maybe(it.word()),
    } for n in range(6)])  # fmt: skip


async def _make_promises(it: World) -> None:
    def common() -> dict[str, Any]:
        return {"contactId": it.any("contact"), "segmentId": it.maybe(it.any("segment")),
                "projectId": it.maybe(it.any("project"))}  # fmt: skip

    await it.make("pledge", "v2/Pledge", [{
        **common(), "amountPledged": it.money(), "frequency": it.rng.choice(("Once", "Monthly", "Quarterly")), "pledgeDate": it.day(),
        "expectedFulfillmentDate": "2027-02-28", "isPrivate": it.rng.random() < 0.5,
    } for _ in range(10)])  # fmt: skip
    for number in list(it.of["pledge"])[:2]:
        await it.tenant.crm.put(f"{API}/v2/Pledge/WriteOff/{number}", {"reason": "x"})
    await it.make("recurring", "RecurringGift", [{
        **common(), "projectId": None, "amount": (amount := it.money()), "currencyCode": it.rng.choice(("USD", "JPY", "KWD")),
        "frequency": it.rng.choice(("Weekly", "Monthly", "Annually")), "startDate": it.day(),
        "nextExpectedPaymentDate": it.maybe("2027-01-31"), "anticipatedEndDate": it.maybe("2028-12-31"),
        "trackPayments": it.rng.random() < 0.5, "automatedPayments": it.rng.random() < 0.5,
        "transactionSource": it.word(), "transactionId": f"k{n}*?",
        "designations": [{"projectId": it.any("project"), "amount": amount}],
    } for n in range(10)])  # fmt: skip
    await it.make("ask", "GiftAsk", [{
        **common(), "askAmount": it.money(), "askDate": it.day(), "expectedFulfillmentDate": it.day(),
        "notes": it.maybe(it.word()), "askType": it.rng.choice(("RecurringAsk", "FixedAsk")), "frequency": "Monthly",
        "status": it.word(),
    } for _ in range(8)])  # fmt: skip
    await it.make("planned", "PlannedGift", [{
        **common(), "anticipatedAmount": it.money(), "plannedGiftDate": it.day(), "plannedGiftType": "Annuity",
        "frequency": it.rng.choice(("Once", "Annually")), "anticipatedStartDate": it.maybe("2030-01-31"),
        "numberOfOccurrences": 1, "currentValue": it.maybe(it.money()),
    } for _ in range(8)])  # fmt: skip
    await it.make("grant", "Grant", [{
        **common(), "contactId": None, "grantingOrganizationId": it.any("contact"), "title": it.word(), "referenceId": it.maybe(f"{it.word()} {n}"),
        "dueDate": it.maybe(it.day()), "totalAnticipatedAmount": it.maybe(it.money()), "status": "Won", "submissionDate": it.maybe(it.day()),
        "awardedGrant": True, "awardedAmount": it.money(), "awardedDate": it.day(), "grantType": "Incoming",
    } for n in range(8)])  # fmt: skip


def _gift(it: World, n: int) -> dict[str, Any]:
    amounts = [it.money() for _ in range(it.rng.randint(1, 2))]
    giver = it.any("contact")
    other = next(number for number in it.of["contact"] if number != giver)
    tribute = it.maybe({"tributeId": it.any("tribute"), "tributeDescription": it.maybe(it.word())}) or {}
    check = it.rng.random() < 0.5
    return {
        "contactId": giver, "amount": str(sum(map(int, amounts))), "currencyCode": it.rng.choice(("USD", "JPY", "KWD")),
        "giftDate": it.day(), "giftType": "Check" if check else "Credit",
        "checkNumber": it.maybe(it.word()) if check else None, "creditCardType": None if check else "Visa",
        "giftDesignations": [{"projectId": it.any("project"), "amount": amount} for amount in amounts],
        "batch": it.maybe(it.word()), "segmentId": it.maybe(it.any("segment")), "notes": it.maybe(it.word()),
        "transactionSource": it.word(), "transactionId": f"t{n}*?", "isPrivate": it.rng.random() < 0.5,
        "isTaxDeductible": it.rng.random() < 0.5, "receiptDate": it.maybe(it.day()), "receiptSegmentId": it.maybe(it.any("segment")),
        "cashAccountingCode": it.maybe(it.word()), "mediaOutlet": it.maybe(it.word()), "acknowledgementDate": it.maybe(it.day()),
        "contactIndividualId": it.maybe(next(iter(it.of["contact"][giver]["contactIndividuals"]))["id"]),
        "contactPassthroughId": it.maybe(other),
        "giftPremiums": [{"premiumId": it.any("premium"), "quantity": 1} for _ in range(it.rng.randint(0, 1))], **tribute,
    }  # fmt: skip


def read(parameter: Parameter, told: Any) -> Any:
    """What is told, as values of the parameter compare."""
    if isinstance(told, list):
        return [read(parameter, each) for each in told]
    if told is None or told == "":
        return None
    match parameter.kind:
        case Kind.DAY:
            month, _, rest = told.partition("/")
            return (
                date.fromisoformat(told[:10])
                if not rest
                else date(int(rest[-4:]), int(month), int(rest[:-5]))
            )
        case Kind.INSTANT:
            return datetime.fromisoformat(told)
        case Kind.MONEY | Kind.DECIMAL:
            return Decimal("".join(letter for letter in str(told) if letter in "-.0123456789"))
        case _:
            return told


def by_names(catalog: Catalog, told: Mapping[str, Any], more: Mapping[str, Any]) -> Facts:
    """What is told of a record by the names of the catalog's parameters; `more` has what goes by other names, or is told elsewhere."""
    keys = {name.lower(): value for name, value in told.items()}
    facts: Facts = {}
    for parameter in catalog.parameters:
        value: Any = None
        if parameter.name in more:
            value = more[parameter.name]
        elif not parameter.sql.startswith("NULL::"):
            value = keys[sort_name(parameter.name)]
        facts[parameter.name] = read(parameter, value)
    return facts


def near_day(rng: random.Random, value: Any) -> str:
    """The day of a value, or one beside it."""
    day = value.date() if isinstance(value, datetime) else value
    return str(day + timedelta(days=rng.choice((0, 0, 1, -1))))
