"""What the CRM is told by other systems, and what it answers: plain data that could travel over HTTP. Pure.

Everything is named by its key in the system it comes from, and carries the version it has there: a lower or equal version
changes nothing. Within one call the order of kinds does not matter; what comes again goes before what is taken, and of several that take from one
gift the earlier versions come first, then those sent first.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec

from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.money import MINOR_MAX


class Key(msgspec.Struct, frozen=True):
    """A record of another system: the system, and the id it has there."""

    source: str
    id: str


class Person(msgspec.Struct, kw_only=True, frozen=True):
    """The person of a contact. Its fields are columns of `crm.contact_individual`; a test holds that each is written."""

    prefix: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None


class Reach(msgspec.Struct, kw_only=True, frozen=True):
    """How a giver is reached."""

    email: str | None
    phone: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country: str | None


class Part(msgspec.Struct, kw_only=True, frozen=True):
    """A part of a gift, in minor units, for the project with this code, in whatever case."""

    code: str
    minor: int


class _Change(msgspec.Struct, kw_only=True, frozen=True, tag_field="type"):
    key: Key
    version: int


class PutContact(_Change, kw_only=True, frozen=True, tag="putContact"):
    """A giver as the source has it now. `seeded` is the id of the contact that the source says it is, if it says one.

    `is_apart`: it is nobody else, whatever merge an earlier version told of: the contact that went into another for that is itself again,
    without what moved then, which changes of its gifts bring back.
    """

    seeded: str | None
    is_apart: bool = False
    contact_type: str
    name: str | None
    person: Person
    reach: Reach


class Honor(msgspec.Struct, kw_only=True, frozen=True):
    """In whose honor (`InHonorOf`) or memory (`InMemoryOf`) a gift is given, in the source's words."""

    type: str
    description: str


class Return(msgspec.Struct, kw_only=True, frozen=True):
    """What the giver gets in return: so many of the premium with this code, in whatever case. A code that no premium here has is passed by."""

    code: str
    quantity: int


class PutGift(_Change, kw_only=True, frozen=True, tag="putGift"):
    """A gift as the source has it now: its giver, its money, in minor units, all of it designated, its organization-local day.

    Its tribute and premiums are taken when the gift is made here; later ones are edited here.
    """

    giver: Key
    gift_type: str
    gift_on: date
    amount_minor: int
    currency: str
    designations: tuple[Part, ...]
    segment_code: str | None
    notes: str | None
    is_private: bool
    origin: dict[str, Any]
    tribute: Honor | None = None
    premiums: tuple[Return, ...] = ()


class PutRecurringGift(_Change, kw_only=True, frozen=True, tag="putRecurringGift"):
    """A promise to give again and again as the source has it now: its giver, each payment's money, all of it designated.

    Days are organization-local, `cancelled_at` is UTC. `frequency` is one of `FREQUENCIES`.
    """

    giver: Key
    frequency: str
    started_on: date
    next_expected_on: date | None
    anticipated_end_on: date | None
    cancelled_at: datetime | None
    amount_minor: int
    currency: str
    designations: tuple[Part, ...]
    segment_code: str | None
    is_private: bool


class ReverseGift(_Change, kw_only=True, frozen=True, tag="reverseGift"):
    """A taking back of the gift `of` on an organization-local day: of these parts exactly; without any, of so many minor units in proportion, or of
    all that is left.

    It is a gift of its own: its key must be no other gift's (`key_taken`).
    """

    of: Key
    on: date
    minor: int | None = None
    designations: tuple[Part, ...] = ()


class ReinstateGift(_Change, kw_only=True, frozen=True, tag="reinstateGift"):
    """A taking back that came again: the gift has it since the organization-local day `reinstated_on`, which is no earlier than `on`.

    It says the whole of its reversal, which has the same key, and need not be here. Beside it stands a gift of its own that gives back what was
    taken, no more and no less, under the key of the reversal and `REINSTATED`: balances of the days in between stay true.
    """

    of: Key
    on: date
    reinstated_on: date
    designations: tuple[Part, ...]


REINSTATED = " reinstated"
"""What follows the id of a reversal in the key of what gives it back (`crm_code.reinstated_key`)."""


class MergeContacts(_Change, kw_only=True, frozen=True, tag="mergeContacts"):
    """The giver `key` is the giver `into`: gifts and notes go there, and whatever names it from now on means that one.

    Its version is that of `key`, by which it happened: when more was said of `key` since, it changes nothing. Where another giver of the source, who is
    nobody else, is the same contact as `key`, that contact stays as it is: `key` alone means the other, and changes of its gifts bring these there.
    """

    into: Key


class EraseContact(_Change, kw_only=True, frozen=True, tag="eraseContact"):
    """The giver is to be forgotten: the personal data of its contact go, unless other givers or gifts of other sources speak of it too."""


Change: TypeAlias = (
    PutContact | PutGift | PutRecurringGift | ReverseGift | ReinstateGift | MergeContacts | EraseContact
)


class Problem(StrEnum):
    """Why the CRM refuses a change."""

    CONTACT_NOT_FOUND = "contact_not_found"
    CONTACT_ARCHIVED = "contact_archived"
    CONTACT_AMBIGUOUS = "contact_ambiguous"
    NAME_MISSING = "name_missing"
    GIVER_UNKNOWN = "giver_unknown"
    PROJECT_UNKNOWN = "project_unknown"
    PROJECT_INACTIVE = "project_inactive"
    GIFT_UNKNOWN = "gift_unknown"
    GIFT_REVERSED = "gift_reversed"
    REVERSAL_EXCEEDS_GIFT = "reversal_exceeds_gift"
    KEY_TAKEN = "key_taken"
    INVALID = "invalid"
    UNFORESEEN = "unforeseen"

    @classmethod
    def _missing_(cls, _value: object) -> Problem:
        """A word that only another version of a CRM knows."""
        return cls.UNFORESEEN


Did: TypeAlias = Literal["made", "changed", "same", "refused"]


class Outcome(msgspec.Struct, kw_only=True, frozen=True):
    """What became of a change: the id of its contact or gift here, or the problem with what it is about (a project's code, a contact's id, the ids of reversals)."""

    key: Key
    crm_id: int | None
    did: Did
    problem: Problem | None = None
    detail: str | None = None


VERSION_MAX = 2**31 - 1
KEY_MAX = 255
"""Letters of a source's name, and of an id there."""
EMAIL_MAX = 320
FREQUENCIES = ("Weekly", "Bimonthly", "Monthly", "Quarterly", "Semiannually", "Annually", "Biennially")
"""How often a recurring gift is paid (crm-api.md 8.7)."""


def broken_field(change: Change) -> str | None:
    """The first field of `change` that no record can have; None when all are sound in themselves."""
    keys = {name: getattr(change, name, None) for name in ("key", "giver", "of", "into")}
    if broken := [name for name, key in keys.items() if key is not None and not _is_key(key)]:
        return broken[0]
    if not 1 <= change.version <= VERSION_MAX:
        return "version"
    if isinstance(change, PutRecurringGift):
        if change.frequency not in FREQUENCIES:
            return "frequency"
        if change.cancelled_at is not None and change.cancelled_at.tzinfo is None:
            return "cancelled_at"
    if isinstance(change, PutGift | PutRecurringGift):
        return _broken_money(change)
    if isinstance(change, ReverseGift | ReinstateGift):
        return _broken_reversal(change)
    return _broken_contact(change) if isinstance(change, PutContact) else None


def _is_key(key: Key) -> bool:
    return 0 < len(key.source) <= KEY_MAX and 0 < len(key.id) <= KEY_MAX


def _broken_contact(contact: PutContact) -> str | None:
    if contact.name == "":
        return "name"
    email = contact.reach.email
    return "reach.email" if email is not None and not 0 < len(email) <= EMAIL_MAX else None


def broken_field_or_text(change: Change) -> str | None:
    """As `broken_field`, and a field (`person.first_name`) whose text holds a NUL or half a surrogate pair, which nothing can keep."""
    return broken_field(change) or _unstorable(msgspec.to_builtins(change))


def _unstorable(value: object) -> str | None:
    """The path of the first text in `value` that cannot be kept, empty when it is `value` itself; None when all can."""
    if isinstance(value, str):
        return "" if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value) else None
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list | tuple)
        else ()
    )
    for name, each in inner:
        if (path := _unstorable(each)) is not None:
            return f"{name}.{path}".rstrip(".")
    return None


def _broken_reversal(change: ReverseGift | ReinstateGift) -> str | None:
    if len(change.key.id) + len(REINSTATED) > KEY_MAX:
        return "key"
    parts = [part.minor for part in change.designations]
    if any(not 1 <= minor <= MINOR_MAX for minor in parts) or sum(parts) > MINOR_MAX:
        return "designations"
    if isinstance(change, ReinstateGift):
        return "designations" if not parts else "reinstated_on" if change.reinstated_on < change.on else None
    if change.minor is not None and (
        not 1 <= change.minor <= MINOR_MAX or (parts and sum(parts) != change.minor)
    ):
        return "minor"
    return None


def _broken_money(gift: PutGift | PutRecurringGift) -> str | None:
    if not 0 < gift.amount_minor <= MINOR_MAX:
        return "amount_minor"
    if gift.currency not in EXPONENTS:
        return "currency"
    parts = [part.minor for part in gift.designations]
    return None if parts and min(parts) > 0 and sum(parts) == gift.amount_minor else "designations"
