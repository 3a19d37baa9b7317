"""The invented gifts every variant writes: the same donors, amounts and fields, as HTTP bodies and as database records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

RETURNING_SHARE = 0.2
RETURNING_DONORS = 2000
PROJECTS = ("bench-wells", "bench-books")

_FIRST = ("Ada", "Ben", "Cleo", "Dario", "Edith", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis")
_LAST = ("Ashdown", "Birkholm", "Castellan", "Dunmore", "Eastvale", "Fairwater", "Greyling", "Hollins")
_STREET = ("Long Lane", "Mill Road", "Harbour Street", "Station Square", "Orchard Way")

_BODY = (
    '{"amount":%s,"currencyCode":"USD","paymentMethodId":"tok_visa","paymentMethodType":0,'
    '"donor":{"email":"%s","title":"Mx","firstName":"%s","lastName":"%s","phone":"+1 555 0100",'
    '"address1":"%s","city":"Springfield","state":"IL","postal":"62701","country":"US"},'
    '"projects":[{"code":"bench-wells","amount":%s},{"code":"bench-books","amount":%s}],'
    '"segmentCode":"SPRING-MAIL","motivationCode":"ONLINE","isAnonymous":false,"isTestMode":false,'
    '"notes":"Given in thanks for the well that was dug last year.","comment":"Keep it up!"}'
)


@dataclass(frozen=True, slots=True)
class Pledge:
    """One gift to be: who gives, and the two parts of the split in cents.

    `body` knows the two usual projects and no campaign; `record` takes whatever the pledge names.
    """

    email: str
    first_name: str
    last_name: str
    address1: str
    wells_minor: int
    books_minor: int
    codes: tuple[str, str] = PROJECTS
    campaign_id: int | None = None

    @property
    def amount_minor(self) -> int:
        """The whole gift in cents."""
        return self.wells_minor + self.books_minor


def pledges(seed: int, returning_donors: int = RETURNING_DONORS) -> Iterator[Pledge]:
    """Endless gifts. One in five comes from 2,000 donors that return; the others from donors new to every seed."""
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        returning = chance.random() < RETURNING_SHARE
        donor = chance.randrange(returning_donors) if returning else number
        name = f"returning-{donor}" if returning else f"new-{seed}-{donor}"
        yield Pledge(
            f"{name}@example.org",
            _FIRST[donor % 12],
            _LAST[donor % 8],
            f"{donor % 300} {_STREET[donor % 5]}",
            chance.randrange(100, 20_000),
            chance.randrange(100, 20_000),
        )


def body(pledge: Pledge) -> bytes:
    """The JSON body of `POST /api/Raise/give`."""
    return (
        _BODY
        % (
            _text(pledge.amount_minor),
            pledge.email,
            pledge.first_name,
            pledge.last_name,
            pledge.address1,
            _text(pledge.wells_minor),
            _text(pledge.books_minor),
        )
    ).encode()


def record(pledge: Pledge, ord_: int, reference: str, today: date) -> dict[str, Any]:
    """The element of `giving.give`'s array that the server makes of `body(pledge)`."""
    return {
        "ord": ord_,
        "email": pledge.email,
        "email_key": pledge.email,
        "title": "Mx",
        "first_name": pledge.first_name,
        "last_name": pledge.last_name,
        "is_organization": False,
        "phone": "+1 555 0100",
        "address1": pledge.address1,
        "city": "Springfield",
        "state": "IL",
        "postal": "62701",
        "country": "US",
        "amount_minor": pledge.amount_minor,
        "currency": "USD",
        "projects": (
            {"code": pledge.codes[0], "minor": pledge.wells_minor},
            {"code": pledge.codes[1], "minor": pledge.books_minor},
        ),
        "gift_on": today,
        "is_test_mode": False,
        "is_anonymous": False,
        "payment_type": "Credit",
        "payment_info": "Visa x4242",
        "gateway": "Sandbox",
        "transaction_id": f"sbx_{reference}",
        "authorization_number": reference[:6].upper(),
        "segment_code": "SPRING-MAIL",
        "motivation_code": "ONLINE",
        "notes": "Given in thanks for the well that was dug last year.",
        "comment": "Keep it up!",
    } | ({} if pledge.campaign_id is None else {"campaign_id": pledge.campaign_id})


def _text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
