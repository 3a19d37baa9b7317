"""The demo's story: which gifts are given, and what happens on the way. The same seed tells the same story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Any

from almoner.demo.people import ORGANIZATIONS, Giver, organization, person
from almoner.kernel.money import split, to_decimal


@dataclass(frozen=True, slots=True)
class Fund:
    """A project of both products under one code; in the CRM it may lie below another one."""

    code: str
    name: str
    parent: str | None = None


FUNDS = (
    Fund("WATER", "Clean Water"),
    Fund("WATER-WELLS", "Village Wells", parent="WATER"),
    Fund("WATER-PUMPS", "Solar Pumps", parent="WATER"),
    Fund("LEARN", "Schools"),
    Fund("LEARN-BOOKS", "Books and Paper", parent="LEARN"),
    Fund("SHELTER", "Winter Shelter"),
)
GENERAL = "GENERAL"
LATE_FUND = "WATER-PUMPS"
"""The project that the CRM does not know at first."""

CAMPAIGNS = ("Springs of Hope", "Winter Nights")
PAUSED_CAMPAIGN = "Winter Nights"

DECLINE_TOKENS = ("tok_declined", "tok_insufficient_funds", "tok_expired", "tok_issuer_unavailable")
PAY_TOKENS = ("tok_visa", "tok_visa", "tok_mastercard", "tok_amex")
AMOUNTS_MINOR = (
    1000,
    1500,
    2000,
    2500,
    2500,
    5000,
    5000,
    7500,
    10000,
    10000,
    15000,
    25000,
    50000,
    3333,
    4275,
    6180,
)
SEED = 1736


class Act(Enum):
    """Something that happens between two gifts."""

    PAUSE = auto()
    RESUME = auto()
    MAKE_FUND = auto()


ACTS = ((3, Act.PAUSE), (5, Act.RESUME), (6, Act.MAKE_FUND))
"""After how many tenths of the gifts each act comes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of give: what is sent, and what must become of it. Money in minor units of `currency`."""

    giver: str
    donor: dict[str, Any]
    minor: int
    currency: str
    parts: tuple[tuple[str, int], ...]
    campaign: str | None
    token: str
    is_test_mode: bool
    is_anonymous: bool
    withheld: str | None
    waits_for_fund: bool

    @property
    def is_declined(self) -> bool:
        """Whether the card is one that the sandbox refuses."""
        return self.token in DECLINE_TOKENS

    def body(self, campaign_ids: dict[str, int]) -> dict[str, Any]:
        """The request that give takes; `campaign_ids` by campaign name."""
        projects = [{"code": code, "amount": to_decimal(minor, self.currency)} for code, minor in self.parts]
        return {
            "amount": to_decimal(self.minor, self.currency),
            "currencyCode": self.currency,
            "paymentMethodId": self.token,
            "paymentMethodType": 0,
            "donor": self.donor,
            "projects": [] if self.parts[0][0] == GENERAL else projects,
            "isAnonymous": self.is_anonymous,
            "isTestMode": self.is_test_mode,
            **({} if self.campaign is None else {"campaignId": campaign_ids[self.campaign]}),
        }


@dataclass(slots=True)
class Stream:
    """An endless source of believable gifts that knows the state of the story."""

    rng: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - a story, no secret
    paused: bool = False
    fund_is_late: bool = True
    _givers: list[Giver] = field(default_factory=list)
    _made: int = 0

    def story(self, gifts: int) -> Iterator[Attempt | Act]:
        """`gifts` accepted gifts, some declined cards beside them, and the acts at their places."""
        for number in range(gifts + 1):
            for tenths, act in ACTS:
                if gifts * tenths // 10 == number:
                    self._note(act)
                    yield act
            if number < gifts:
                yield from self._tries(number)

    def _note(self, act: Act) -> None:
        if act is Act.MAKE_FUND:
            self.fund_is_late = False
        else:
            self.paused = act is Act.PAUSE

    def _tries(self, number: int) -> Iterator[Attempt]:
        """The gift of this number; now and then its giver's first card is declined."""
        if number % 23 == 7:
            yield self.next_gift(token=self.rng.choice(DECLINE_TOKENS))
        yield self.next_gift(is_test_mode=number % 97 == 41)

    def next_gift(self, *, token: str | None = None, is_test_mode: bool = False) -> Attempt:
        """One more gift by a new or a returning giver."""
        rng = self.rng
        giver = self._new_giver() if is_test_mode else self._giver()
        currency = "EUR" if rng.random() < 0.04 else "USD"
        minor = rng.choice(AMOUNTS_MINOR) * (10 if "organizationName" in giver.donor else 1)
        parts = self._parts(minor)
        campaign = rng.choice((*CAMPAIGNS, *CAMPAIGNS, None))
        off = self.paused and campaign == PAUSED_CAMPAIGN
        withheld = "test_mode" if is_test_mode else "campaign_sync_off" if off else None
        return Attempt(
            giver=giver.name,
            donor=giver.donor,
            minor=minor,
            currency=currency,
            parts=parts,
            campaign=campaign,
            token=token or rng.choice(PAY_TOKENS),
            is_test_mode=is_test_mode,
            is_anonymous=rng.random() < 0.03,
            withheld=withheld,
            waits_for_fund=self.fund_is_late and withheld is None and LATE_FUND in dict(parts),
        )

    def _giver(self) -> Giver:
        if self._givers and self.rng.random() < 0.35:
            return self.rng.choice(self._givers)
        giver = self._new_giver()
        self._givers.append(giver)
        return giver

    def _new_giver(self) -> Giver:
        self._made += 1
        if self._made % 24 == 5 and self._made // 24 < len(ORGANIZATIONS):
            return organization(self.rng, self._made // 24)
        return person(self.rng, self._made)

    def _parts(self, minor: int) -> tuple[tuple[str, int], ...]:
        """Half of the gifts go to one project, a tenth to the default one, the rest are split two or three ways."""
        draw = self.rng.random()
        if draw < 0.1:
            return ((GENERAL, minor),)
        count = 1 if draw < 0.55 else 2 if draw < 0.88 else 3
        # The project that is late is named less often than the others: failures are to be the exception.
        weights = [1 if fund.code == LATE_FUND else 3 for fund in FUNDS]
        codes = list(dict.fromkeys(self.rng.choices([fund.code for fund in FUNDS], weights, k=count)))
        shares = split(minor, [self.rng.randrange(1, 5) for _ in codes])
        return tuple(zip(codes, shares, strict=True))
