"""Eight who write at once and at random: gifts, edits, whole and partial reversals, moves, deactivations, expenses and balances, projects in
campaigns, promises and what pays them, over many days."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx

from almoner.crm.contract import Outcome, ReverseGift
from almoner.kernel.clock import ManualClock
from tests.api.crm.accepted import gift, key, person, project, told
from tests.integration.crm.projects import campaigning, promising
from tests.integration.crm.projects.campaigning import Campaigns
from tests.integration.crm.projects.promising import Promises
from tests.support.house import House

WRITERS = 8
GIVERS = 9
PROJECTS_MAX = 40
SHARED_KEYS = 40
"""Gifts of another system that several writers tell of, in versions."""

FIRST_DAY = date(2025, 12, 20)


@dataclass
class Writers:
    """All of them, and what they were told has been written."""

    house: House
    clock: ManualClock
    made: list[Any] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    givers: list[str] = field(default_factory=list)
    """The same, by the keys of the other system."""
    entered: dict[int, dict[int, int]] = field(default_factory=dict)
    """By gift, its parts in minor units by project."""
    spent: dict[int, tuple[int, int, date]] = field(default_factory=dict)
    """By expense, its project, amount and day."""
    campaigns: Campaigns = field(default_factory=Campaigns)
    promises: Promises = field(default_factory=Promises)
    done: dict[str, int] = field(default_factory=dict)
    """How often each thing was done, and how often refused."""

    async def run(self, steps: int, choose: random.Random) -> None:
        """Let them take so many steps together."""
        self.made += [await project(self.house.tenant, f"P{n}") for n in range(8)]
        self.givers += [f"g{n}" for n in range(GIVERS)]
        answers = await told(self.house, *map(giver, self.givers))
        self.contacts += [answer.crm_id or 0 for answer in answers]
        await self.campaigns.begin(self.house.tenant)
        await self.promises.begin(self.house.tenant, self.contacts, self.today())
        each = -(-steps // WRITERS)
        await asyncio.gather(
            *(Writer(self, random.Random(choose.random()), n).run(each) for n in range(WRITERS))
        )

    def today(self) -> date:
        """The day of the clock."""
        return self.clock.now().date()


def giver(key_: str) -> Any:
    """Somebody the other system knows by that key."""
    return person(key_, name=f"G {key_}", first_name="G", last_name=key_, email=f"{key_}@x.org")


Act = Callable[["Writer", str], Awaitable[None]]
"""One step, with a word that no other step has."""


@dataclass
class Writer:
    """One of them."""

    all: Writers
    choose: random.Random
    number: int
    own_gifts: list[tuple[int, int]] = field(default_factory=list)
    own_expenses: list[int] = field(default_factory=list)

    async def run(self, steps: int) -> None:
        """Take so many steps."""
        acts: dict[Act, int] = {
            Writer.enter: 22, Writer.tell: 12, Writer.edit: 8, Writer.replace: 8, Writer.delete: 2, Writer.reverse: 10,
            Writer.reverse_told: 4, Writer.welcome: 3, Writer.move: 8, Writer.close: 4, Writer.rename: 4, Writer.make: 2,
            Writer.spend: 10, Writer.spend_otherwise: 6, Writer.balance: 2, Writer.tomorrow: 1, **campaigning.ACTS, **promising.ACTS,
        }  # fmt: skip
        for step in range(steps):
            act = self.choose.choices(list(acts), weights=list(acts.values()))[0]
            await act(self, f"{self.number}.{step}")
            self.note(act.__name__)

    def note(self, what: str) -> None:
        """Count what was done."""
        self.all.done[what] = self.all.done.get(what, 0) + 1

    def day(self) -> date:
        """A day up to today, often a late one."""
        back = int((self.all.today() - FIRST_DAY).days * self.choose.random() ** 3)
        return self.all.today() - timedelta(days=back)

    def currency(self) -> str:
        """Mostly the base currency."""
        return self.choose.choice(("USD", "USD", "USD", "EUR"))

    async def asked(self, method: str, path: str, body: Any, *others: int) -> httpx.Response:
        """An answer that is 200, one of `others`, or an honest wish to be asked again."""
        answer = await self.all.house.tenant.crm.call(method, f"/crm/api/{path}", json=body)
        assert answer.status_code in (200, 503, *others), f"{method} {path} {body}: {answer.text}"
        if answer.status_code != 200:
            self.note(f"refused {answer.status_code}")
        return answer

    async def told(self, *changes: Any) -> list[Outcome]:
        """Have the CRM accept what another system says, again until it does."""
        for _attempt in range(50):
            try:
                return await told(self.all.house, *changes)
            except (
                asyncpg.SerializationError,
                asyncpg.DeadlockDetectedError,
                asyncpg.LockNotAvailableError,
            ):
                continue
        raise AssertionError("changes are refused again and again")

    def parts(self) -> dict[int, int]:
        """Some projects with an amount each."""
        some = self.choose.sample(self.all.made, self.choose.randint(1, 3))
        return {one["id"]: self.choose.randint(1, 99_999) for one in some}

    async def enter(self, word: str) -> None:
        """A gift that a partner enters; of a closed project it is refused."""
        parts, currency = self.parts(), self.currency()
        body = {
            "contactId": self.choose.choice(self.all.contacts),
            "amount": sum(parts.values()) / 100,
            "currencyCode": currency,
            "giftDate": str(self.day()),
            "giftDesignations": [{"projectId": one, "amount": minor / 100} for one, minor in parts.items()],
            "transactionSource": "Shop",
            "transactionId": word,
            "segmentCode": self.choose.choice((None, *self.all.campaigns.codes)),
            **self.all.promises.paid_by(sum(parts.values()), currency, self.choose),
        }
        answer = await self.asked("POST", "Gift", body, 400, 422)
        if answer.status_code == 200:
            made = answer.json()
            self.all.entered[made["id"]] = parts
            self.own_gifts.append((made["id"], sum(parts.values())))

    async def tell(self, word: str) -> None:
        """A gift that another system tells of, new or in another version: of other amounts, projects, day, currency and giver."""
        codes = {one["id"]: one["projectCode"] for one in self.all.made}
        wanted = gift(
            self.choose.choice((word, *(f"shared {self.choose.randrange(SHARED_KEYS)}",) * 3)),
            *((codes[one], minor) for one, minor in self.parts().items()),
            day=self.day(),
            currency=self.currency(),
            version=self.choose.randint(1, 99),
            giver=key(self.choose.choice(self.all.givers)),
            segment_code=self.choose.choice((None, "nobody's", *self.all.campaigns.codes)),
        )
        await self.told(wanted)

    async def welcome(self, word: str) -> None:
        """Somebody who has yet to give."""
        (made,) = await self.told(giver(f"new{word}"))
        self.all.contacts.append(made.crm_id or 0)
        self.all.givers.append(f"new{word}")

    async def edit(self, word: str) -> None:
        """A gift that several tell of, in another version."""
        await self.tell(f"shared {hash(word) % SHARED_KEYS}")

    def untouched(self) -> int | None:
        """The place of a gift of one's own of which nothing was taken back; none when the one that was looked at is not so."""
        if not self.own_gifts:
            return None
        place = self.choose.randrange(len(self.own_gifts))
        gift_id, left = self.own_gifts[place]
        return place if left == sum(self.all.entered[gift_id].values()) else None

    async def replace(self, _: str) -> None:
        """A gift of one's own is of other projects, amounts, day and currency."""
        place = self.untouched()
        if place is None:
            return
        gift_id, _left = self.own_gifts[place]
        parts, currency = self.parts(), self.currency()
        body = {
            "giftType": "Other",
            "amount": sum(parts.values()) / 100,
            "currencyCode": currency,
            "giftDate": str(self.day()),
            "giftDesignations": [{"projectId": one, "amount": minor / 100} for one, minor in parts.items()],
            "segmentCode": self.choose.choice((None, *self.all.campaigns.codes)),
            **self.all.promises.paid_by(sum(parts.values()), currency, self.choose),
        }
        answer = await self.asked("PUT", f"Gift/{gift_id}", body, 400, 422)
        if answer.status_code == 200:
            self.all.entered[gift_id] = parts
            self.own_gifts[place] = gift_id, sum(parts.values())

    async def delete(self, _: str) -> None:
        """A gift of one's own was a mistake."""
        place = self.untouched()
        if place is not None:
            gift_id, _left = self.own_gifts[place]
            answer = await self.asked("DELETE", f"Gift/{gift_id}", None)
            if answer.status_code == 200:
                del self.own_gifts[place], self.all.entered[gift_id]

    async def reverse(self, _: str) -> None:
        """Take back a gift of one's own, whole or in part, some of them several times."""
        if not self.own_gifts:
            return
        place = self.choose.randrange(len(self.own_gifts))
        gift_id, left = self.own_gifts[place]
        minor = self.choose.choice((left, self.choose.randint(1, left)))
        body = {"reversedGiftId": gift_id, "amount": minor / 100, "giftDate": str(self.all.today())}
        answer = await self.asked("POST", "Gift/ReversingTransaction", body)
        if answer.status_code == 200:
            self.own_gifts[place] = gift_id, left - minor
            if left == minor:
                del self.own_gifts[place]

    async def reverse_told(self, word: str) -> None:
        """Another system takes back what it told of, in whole or in part, and says otherwise later."""
        number = self.choose.randrange(SHARED_KEYS)
        minor = self.choose.choice((None, self.choose.randint(1, 50_000)))
        back = ReverseGift(
            key=key(f"back {number}.{self.choose.randrange(2)}"),
            of=key(f"shared {number}"),
            version=self.choose.randint(1, 99),
            on=self.all.today(),
            minor=minor,
        )
        await self.told(back)

    async def move(self, _: str) -> None:
        """One or two projects come under others, or stand by themselves."""
        moved = self.choose.sample(self.all.made, self.choose.randint(1, 2))
        parents = (None, *(each["id"] for each in self.all.made))
        body = [{"id": one["id"], "parentId": self.choose.choice(parents)} for one in moved]
        await self.asked("PATCH", "Project", body, 400, 422)

    async def close(self, _: str) -> None:
        """A project takes no more designations, or does again."""
        active = self.choose.choice(("true", "true", "false"))
        one = self.choose.choice(self.all.made)
        await self.asked("PUT", f"Project/{one['id']}/Active?active={active}", None)

    async def rename(self, word: str) -> None:
        """All that was read goes back, its parent and its balance of then with it."""
        number = self.choose.choice(self.all.made)["id"]
        read = await self.all.house.tenant.crm.get(f"/crm/api/Project/{number}")
        await self.asked("PUT", f"Project/{number}", {**read, "description": word}, 400, 422)

    async def make(self, word: str) -> None:
        """A project below another."""
        if len(self.all.made) < PROJECTS_MAX:
            body = {"name": f"New {word}", "parentId": self.choose.choice(self.all.made)["id"]}
            answer = await self.asked("POST", "Project", body)
            if answer.status_code == 200:
                self.all.made.append(answer.json())

    async def spend(self, _: str) -> None:
        """A project spends something."""
        one, minor, day = (
            self.choose.choice(self.all.made)["id"],
            self.choose.randint(-500, 9_999),
            self.day(),
        )
        body = {"projectId": one, "expenseAmount": minor / 100, "expenseDate": str(day)}
        answer = await self.asked("POST", "ProjectExpense", body)
        if answer.status_code == 200:
            self.all.spent[answer.json()["id"]] = one, minor, day
            self.own_expenses.append(answer.json()["id"])

    async def spend_otherwise(self, _: str) -> None:
        """It was another amount, on another day."""
        if self.own_expenses:
            expense = self.choose.choice(self.own_expenses)
            minor, day = self.choose.choice((0, self.choose.randint(1, 9_999))), self.day()
            body = {"expenseAmount": minor / 100, "expenseDate": str(day)}
            answer = await self.asked("PUT", f"ProjectExpense/{expense}", body)
            if answer.status_code == 200:
                self.all.spent[expense] = self.all.spent[expense][0], minor, day

    async def balance(self, _: str) -> None:
        """Somebody says what is in a project."""
        body = {
            "beginningBalance": self.choose.randint(-99, 99),
            "currentBalance": self.choose.randint(0, 999),
        }
        await self.asked("PUT", f"Project/{self.choose.choice(self.all.made)['id']}/Balance", body)

    async def tomorrow(self, _: str) -> None:
        """Some hours pass."""
        self.all.clock.advance(timedelta(hours=self.choose.choice((5, 20, 40))))
