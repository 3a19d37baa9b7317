"""Payment gateways that keep books, as the real ones do: what they took, what they gave back, and how they fail."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from almoner.giving.payments.errors import PaymentDeclined
from almoner.giving.payments.rules import Charge, ChargeRequest


@dataclass
class Taken:
    """A payment that a gateway took."""

    key: str
    amount_minor: int
    currency: str
    is_given_back: bool = False


@dataclass
class Till:
    """A gateway that never fails: each payment by its id, until it is given back."""

    name: str = "Till"
    taken: dict[str, Taken] = field(default_factory=dict)
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

    async def find(self, key: str) -> Sequence[str]:
        """What was taken under a key and is kept."""
        return [id_ for id_ in self._under.get(key, ()) if not self.taken[id_].is_given_back]

    async def cancel(self, transaction_id: str) -> None:
        """Give a payment back."""
        self.taken[transaction_id].is_given_back = True

    @property
    def held(self) -> list[str]:
        """The payments that are kept."""
        return sorted(id_ for id_, taken in self.taken.items() if not taken.is_given_back)


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

    async def find(self, key: str) -> Sequence[str]:
        """What was taken under a key and is kept; of some it says only when asked again."""
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        if not self.is_kind and self.rng.random() < 0.1:
            raise ConnectionError("no answer")
        found = await super().find(key)
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

    async def _take_late(self, request: ChargeRequest) -> None:
        await asyncio.sleep(self.rng.random() * self.slow_seconds * 5)
        self.take(request)


def _charge(gateway: str, id_: str) -> Charge:
    return Charge("Credit", gateway, id_, id_[-6:], "Till x0001")
