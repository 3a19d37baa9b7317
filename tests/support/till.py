"""Payment gateways that keep books, as the real ones do: what they took, what they gave back, and how they fail."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from almoner.giving.payments.errors import PaymentDeclined, RefundRefused
from almoner.giving.payments.rules import Charge, ChargeRequest, Refund, RefundRequest


@dataclass
class Taken:
    """A payment that a gateway took."""

    key: str
    amount_minor: int
    currency: str
    is_given_back: bool = False
    has_failed: bool = False
    """Whether it failed after it was taken, as a bank debit does: there is no money to give back."""


@dataclass
class Returned:
    """A refund that a gateway made."""

    key: str
    transaction_id: str
    amount_minor: int
    state: str = "done"


@dataclass
class Till:
    """A gateway that never fails: each payment by its id, until it is given back, and each refund."""

    name: str = "Till"
    is_test: bool = False
    account_name: str | None = None
    taken: dict[str, Taken] = field(default_factory=dict)
    returned: dict[str, Returned] = field(default_factory=dict)
    _under: dict[str, list[str]] = field(default_factory=dict)

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take a payment; the same key is the same payment, even one that was given back."""
        if request.payment_method_id == "tok_declined":
            raise PaymentDeclined("Card declined")
        return self.take(request)

    def take(self, request: ChargeRequest) -> Charge:
        """Book a payment, or find the one that was booked under its key."""
        known = self._under.get(request.key)
        return _charge(self.name, known[0]) if known else self.book(request)

    def book(self, request: ChargeRequest) -> Charge:
        """Book a payment, whatever was booked before."""
        id_ = f"till_{len(self.taken)}"
        self.taken[id_] = Taken(request.key, request.amount_minor, request.currency)
        self._under.setdefault(request.key, []).append(id_)
        return _charge(self.name, id_)

    async def find(self, key: str, since: datetime) -> Sequence[str]:
        """What was taken under a key and is kept."""
        found = ((id_, self.taken[id_]) for id_ in self._under.get(key, ()))
        return [id_ for id_, one in found if not one.is_given_back and not one.has_failed]

    async def cancel(self, transaction_id: str) -> None:
        """Give a payment back."""
        self.taken[transaction_id].is_given_back = True

    async def refund(self, request: RefundRequest) -> Refund:
        """Give back a part of a payment; the same key is the same refund."""
        known = await Till.find_refunds(self, request.key, request.transaction_id)
        return known[0] if known else self.give_back(request)

    def give_back(self, request: RefundRequest) -> Refund:
        """Book a refund, whatever was booked before, but no more than was taken."""
        taken = self.taken[request.transaction_id]
        if self.back_of(request.transaction_id) + request.amount_minor > taken.amount_minor:
            raise RefundRefused("No more can be given back than was taken.")
        id_ = f"back_{len(self.returned)}"
        self.returned[id_] = Returned(request.key, request.transaction_id, request.amount_minor)
        return Refund(id_, "done", request.amount_minor)

    async def find_refunds(self, key: str, payment_id: str) -> Sequence[Refund]:
        """What was given back under a key."""
        return [
            Refund(id_, one.state, one.amount_minor)
            for id_, one in self.returned.items()
            if one.key == key and one.transaction_id == payment_id
        ]

    def back_of(self, transaction_id: str) -> int:
        """How much of a payment was given back, in minor units."""
        return sum(
            one.amount_minor
            for one in self.returned.values()
            if one.transaction_id == transaction_id and one.state != "failed"
        )

    @property
    def held(self) -> list[str]:
        """The payments that are kept."""
        return sorted(
            id_ for id_, taken in self.taken.items() if not taken.is_given_back and not taken.has_failed
        )


@dataclass
class NastyTill(Till):
    """A gateway that is slow, times out before and after it took a payment, takes it later, refuses, and forgets keys and payments."""

    rng: random.Random = field(default_factory=random.Random)
    slow_seconds: float = 0.02
    is_kind: bool = False
    late: set[asyncio.Task[None]] = field(default_factory=set)
    _by_key: dict[str, str] = field(default_factory=dict)
    _unseen: set[str] = field(default_factory=set)

    async def charge(self, request: ChargeRequest) -> Charge:
        """Take a payment, or not, and tell, or not."""
        mood = 0.99 if self.is_kind else self.rng.random()
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        if mood < 0.02:
            raise PaymentDeclined("Card declined")
        if mood < 0.04:
            raise TimeoutError("before it was taken")
        if mood < 0.06:
            self.late.add(asyncio.create_task(self._take_late(request)))
            raise ConnectionError("it is taken later")
        charge = self.take(request)
        if mood < 0.09:
            raise TimeoutError("after it was taken")
        if mood < 0.10:
            self._by_key.pop(request.key)
        if mood < 0.12:
            self._unseen.add(charge.transaction_id)
        if mood < 0.13:
            await asyncio.sleep(3600)
        return charge

    def take(self, request: ChargeRequest) -> Charge:
        """Book a payment, or find the one under its key, when it has not forgotten."""
        if (known := self._by_key.get(request.key)) is not None:
            return _charge(self.name, known)
        charge = self.book(request)
        self._by_key[request.key] = charge.transaction_id
        return charge

    async def find(self, key: str, since: datetime) -> Sequence[str]:
        """What was taken under a key and is kept; of some it says only when asked again."""
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        if not self.is_kind and self.rng.random() < 0.1:
            raise ConnectionError("no answer")
        found = await super().find(key, since)
        seen = [id_ for id_ in found if id_ not in self._unseen]
        self._unseen.difference_update(found)
        return seen

    async def cancel(self, transaction_id: str) -> None:
        """Give a payment back, or fail before or after it did."""
        mood = 0.99 if self.is_kind else self.rng.random()
        if mood < 0.05:
            raise ConnectionError("before it was given back")
        await super().cancel(transaction_id)
        if mood < 0.1:
            raise TimeoutError("after it was given back")

    async def refund(self, request: RefundRequest) -> Refund:
        """Give back, or not, and tell, or not; it knows no key again, so whoever asks twice has it twice."""
        mood = 0.99 if self.is_kind else self.rng.random()
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        if mood < 0.05:
            raise RefundRefused("The card was closed.")
        if mood < 0.10:
            raise TimeoutError("before it went")
        if mood < 0.15:
            self.late.add(asyncio.create_task(self._give_back_late(request)))
            raise ConnectionError("it goes later")
        refund = self.give_back(request)
        if mood < 0.25:
            self._unseen.add(refund.transaction_id)
        if mood < 0.30:
            raise TimeoutError("after it went")
        if mood < 0.33:
            await asyncio.sleep(3600)
        return refund

    async def find_refunds(self, key: str, payment_id: str) -> Sequence[Refund]:
        """What was given back under a key; of some it says only when asked again."""
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        if not self.is_kind and self.rng.random() < 0.1:
            raise ConnectionError("no answer")
        found = await super().find_refunds(key, payment_id)
        seen = [one for one in found if one.transaction_id not in self._unseen]
        self._unseen.difference_update(one.transaction_id for one in found)
        return seen

    async def _give_back_late(self, request: RefundRequest) -> None:
        await asyncio.sleep(self.rng.random() * self.slow_seconds * 5)
        with suppress(RefundRefused):
            self.give_back(request)

    async def _take_late(self, request: ChargeRequest) -> None:
        await asyncio.sleep(self.rng.random() * self.slow_seconds * 5)
        self.take(request)


def _charge(gateway: str, id_: str) -> Charge:
    return Charge("Credit", gateway, id_, id_[-6:], "Till x0001")
