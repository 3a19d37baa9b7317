"""What becomes of the receipt of a gift, and what of the gift is deductible. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from almoner.giving.gifts import rules as gift_rules
from almoner.kernel.deductible import deductible
from almoner.kernel.text import full_name


class Cause(StrEnum):
    """Why a receipt holds no more."""

    ASKED = "asked"
    """Somebody voided it, and says why. Of every other cause nobody asked: where the gift counts again, another is written."""
    CORRECTED = "corrected"
    MOVED = "moved"
    PARTLY_GIVEN_BACK = "partly_given_back"
    GIVEN_BACK = "given_back"
    CHARGED_BACK = "charged_back"
    DISPUTED = "disputed"
    FAILED = "failed"


REASONS = {
    Cause.CORRECTED: "The gift was corrected.",
    Cause.MOVED: "The gift belongs to another donor.",
    Cause.PARTLY_GIVEN_BACK: "A part of the gift was given back.",
    Cause.GIVEN_BACK: "The gift was given back.",
    Cause.CHARGED_BACK: "The payment of the gift was charged back.",
    Cause.DISPUTED: "The payment of the gift is disputed.",
    Cause.FAILED: "The payment of the gift failed.",
}
"""What is said of a cause that nobody had to explain."""
NOTHING_LEFT = {
    gift_rules.CHARGED_BACK: Cause.CHARGED_BACK,
    gift_rules.DISPUTED: Cause.DISPUTED,
    gift_rules.FAILED: Cause.FAILED,
}
"""Why nothing is left of a gift, by its status; of any other it was given back."""
GONE = frozenset((Cause.GIVEN_BACK, *NOTHING_LEFT.values()))
"""Causes of which the donor is told by a letter: no other receipt comes."""


class ReceiptState(StrEnum):
    """Whether a receipt holds."""

    ISSUED = "issued"
    VOID = "void"


class LetterState(StrEnum):
    """How far a letter is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Part(msgspec.Struct, frozen=True):
    """A part of a gift: for which project, how much in minor units (net of what went back), and whether that is deductible."""

    project_id: int
    project: str
    minor: int
    is_deductible: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who gave, as receipts name them."""

    id: int
    email: str | None
    name: str
    title: str | None
    first_name: str | None
    last_name: str | None
    address: tuple[str, ...]


class Former(msgspec.Struct, frozen=True):
    """The latest receipt of a gift. `donor_id` is whom it was written to, or, of one who was merged, who that is now."""

    id: int
    number: str
    donor_id: int
    is_in_force: bool
    cause: Cause | None
    basis: Mapping[str, Any]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says of a gift. Money in minor units, net of what went back."""

    gift_id: int
    donor: Person
    currency: str
    gift_on: date
    received_at: datetime
    is_test_mode: bool
    is_imported: bool
    status: int = 1
    gone_minor: int = 0
    parts: tuple[Part, ...]
    premium_minor: int
    premium_currency: str
    former: Former | None

    @property
    def amount_minor(self) -> int:
        """What is left of the gift."""
        return sum(part.minor for part in self.parts)

    @property
    def deductible_minor(self) -> int | None:
        """How much of that is deductible: of the projects that are, less what the donor got in return.

        None when that is worth an amount of another currency: nobody knows the rate.
        """
        of_projects = sum(part.minor for part in self.parts if part.is_deductible)
        is_known = self.premium_currency == self.currency or not self.premium_minor
        parts = deductible(
            self.currency, self.amount_minor, of_projects, self.premium_minor, is_worth_known=is_known
        )
        return parts.deductible_minor

    @property
    def basis(self) -> dict[str, Any]:
        """What a receipt is said of: once this is otherwise it does not hold any more."""
        basis: dict[str, Any] = {
            "donorId": self.donor.id,
            "currency": self.currency,
            "giftOn": self.gift_on.isoformat(),
            "parts": [[part.project_id, part.minor] for part in self.parts],
            "premiumMinor": self.premium_minor,
        }
        if self.premium_minor and self.premium_currency != self.currency:
            basis["premiumCurrency"] = self.premium_currency
        if self.gone_minor:
            basis["goneMinor"] = self.gone_minor
        return basis


class Unwritable(Exception):
    """No receipt can be written of a gift; the text names what is broken."""


class Void(msgspec.Struct, frozen=True):
    """That a receipt is to hold no more: why, as a word and as a sentence."""

    cause: Cause
    reason: str


class Plan(msgspec.Struct, frozen=True):
    """What is to be done for a gift: void its receipt for `void`, write one."""

    void: Void | None
    writes: bool


NOTHING = Plan(None, False)


def why_none(facts: Facts) -> str | None:
    """Why a gift can have no receipt now, as a sentence; None when it can."""
    if facts.former is not None and facts.former.is_in_force:
        return f"It has one, {facts.former.number}: void that one to have another."
    if facts.is_test_mode:
        return "It was made in test mode."
    if facts.amount_minor <= 0:
        return REASONS[_why_nothing(facts)]
    return None


def plan_of(facts: Facts, *, is_automatic: bool, includes_imported: bool, starts_at: datetime | None) -> Plan:
    """What is to be done for a gift of which something happened.

    A receipt in force is kept right, whatever the settings; a first one is written where they say so.
    """
    former, is_left = facts.former, facts.amount_minor > 0
    if former is not None and former.is_in_force:
        if former.basis == facts.basis:
            return NOTHING
        is_moved = former.basis["donorId"] != facts.donor.id
        if (
            not is_left
        ):  # whoever has the gift from another never had this receipt: no letter tells them of it
            is_anothers = former.donor_id != facts.donor.id
            return Plan(_void(Cause.MOVED if is_anothers else _why_nothing(facts)), False)
        return Plan(_void(Cause.MOVED if is_moved else _why_another(former.basis, facts)), True)
    if facts.is_test_mode or not is_left:
        return NOTHING
    if former is not None:
        return Plan(None, former.cause not in (None, Cause.ASKED))
    is_wanted = is_automatic and (includes_imported or not facts.is_imported)
    return Plan(None, is_wanted and (starts_at is None or facts.received_at >= starts_at))


def _void(cause: Cause) -> Void:
    return Void(cause, REASONS[cause])


def _why_nothing(facts: Facts) -> Cause:
    return NOTHING_LEFT.get(facts.status, Cause.GIVEN_BACK)


def _why_another(before: Mapping[str, Any], facts: Facts) -> Cause:
    return Cause.PARTLY_GIVEN_BACK if facts.gone_minor > before.get("goneMinor", 0) else Cause.CORRECTED


def facts_of(row: Mapping[str, Any]) -> Facts:
    """A row of the statement `facts`; `Unwritable` names what it lacks."""
    lacks = [
        name
        for name in ("currency", "gift_on", "received_at", "project_ids", "project_minor")
        if row[name] is None
    ]
    if row["known_donor_id"] is None:
        lacks.append("donor_id")
    if lacks:
        raise Unwritable(f"The gift is broken in the database: {', '.join(lacks)}.")
    names = row["names"] or []
    if None in names or len(names) != len(row["project_minor"]):
        raise Unwritable("The gift names a project that is not there.")
    split = zip(row["project_ids"], names, row["project_minor"], row["deductible"], strict=True)
    return Facts(
        gift_id=row["id"],
        donor=person_of(row, row["donor_id"]),
        currency=row["currency"],
        gift_on=row["gift_on"],
        received_at=row["received_at"],
        is_test_mode=row["is_test_mode"],
        is_imported=row["source_system"] is not None,
        parts=tuple(Part(*each) for each in split if each[2] > 0),
        status=row["status"],
        gone_minor=row["gone_minor"],
        premium_minor=row["premium_minor"] or 0,
        premium_currency=row["premium_currency"] or row["currency"],
        former=_former(row),
    )


def _former(row: Mapping[str, Any]) -> Former | None:
    if row["receipt_id"] is None:
        return None
    return Former(
        row["receipt_id"],
        number_text(row["receipt_year"], row["receipt_number"]),
        row["receipt_donor_id"],
        row["receipt_state"] == ReceiptState.ISSUED,
        None if row["receipt_cause"] is None else Cause(row["receipt_cause"]),
        msgspec.json.decode(row["receipt_basis"]),
    )


def person_of(row: Mapping[str, Any], donor_id: int) -> Person:
    """Who gave, of a row with the columns of a donor."""
    name = full_name(row["title"], row["first_name"], row["middle_name"], row["last_name"], row["suffix"])
    if row["is_organization"] and row["organization_name"]:
        name = row["organization_name"]
    town = full_name(row["postal"], row["city"], row["state"])
    lines = (row["address1"], row["address2"], town, row["country"])
    return Person(
        id=donor_id,
        email=row["email"],
        name=name or row["email"] or "",
        title=row["title"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        address=tuple(line for line in lines if line),
    )


def number_text(year: int, number: int) -> str:
    """The number of a receipt as people write it: `2026-000123`."""
    return f"{year}-{number:06}"


class Sum(msgspec.Struct, frozen=True):
    """What was given in one currency, in minor units: all of it, what of that is deductible, and that of which nobody knows how much is.

    `deductible_minor` is None where it is known of no gift.
    """

    currency: str
    minor: int
    deductible_minor: int | None
    unknown_minor: int = 0


def sum_of(row: Mapping[str, Any]) -> Sum:
    """A row of the statement `sums_of_year`."""
    known = row["deductible_minor"]
    return Sum(
        row["currency"], int(row["minor"]), None if known is None else int(known), int(row["unknown_minor"])
    )
