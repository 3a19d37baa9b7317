"""What Stripe's objects mean here. Pure: plain data in, the words of payments out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from almoner.giving.payments.rules import Charge, Refund, Word
from almoner.giving.stripe.amounts import from_stripe

NAME = "Stripe"
KEY = "almoner_key"
"""In the metadata of what we ask for: the key of its intent or refund."""
CALLED_OFF = "almoner_called_off"
"""In the metadata of refunds of payments that no gift has."""

Told = Mapping[str, Any]

_DECLINED = {
    "expired_card": "Card expired",
    "incorrect_number": "Invalid card number",
    "invalid_number": "Invalid card number",
    "invalid_account": "Invalid card number",
    "insufficient_funds": "Insufficient funds",
    "issuer_not_available": "Issuer unavailable",
    "try_again_later": "Issuer unavailable",
    "reenter_transaction": "Issuer unavailable",
    "processing_error": "Issuer unavailable",
}
"""The texts of raise-api.md 1.3 by Stripe's codes; whatever else is `Card declined`."""
_PAYS_WITH = {
    "card": "Credit",
    "link": "Credit",
    "us_bank_account": "EFT",
    "sepa_debit": "EFT",
    "bacs_debit": "EFT",
    "acss_debit": "EFT",
    "au_becs_debit": "EFT",
}
_WITHDRAWN = ("needs_response", "under_review", "won", "lost")
"""A dispute in these states took the money; an inquiry (`warning_..`) did not."""


def declined(code: str | None, decline_code: str | None) -> str:
    """Why a payment was declined, in the words of raise-api.md 1.3."""
    return _DECLINED.get(decline_code or "") or _DECLINED.get(code or "") or "Card declined"


def instant(seconds: int) -> datetime:
    """Stripe's time (UTC)."""
    return datetime.fromtimestamp(seconds, UTC)


def id_of(told: Any) -> str | None:
    """The id of an object that may be expanded."""
    found: str | None = told["id"] if isinstance(told, Mapping) else told
    return found


def pays_with(kind: str) -> str:
    """The payment type that a type of Stripe's payment methods is."""
    return _PAYS_WITH.get(kind, "Other")


def is_taken(intent: Told) -> bool:
    """Whether an intent's money is, or may yet be, ours: not called off, and not given back whole."""
    if intent["status"] == "canceled":
        return False
    charge = intent.get("latest_charge")
    return not (intent["status"] == "succeeded" and isinstance(charge, Mapping) and charge["refunded"])


def charge_of(intent: Told, said_type: str | None) -> Charge:
    """The charge that a paid intent is, its `latest_charge` expanded where it has one."""
    charge = intent.get("latest_charge") or {}
    details = charge.get("payment_method_details") or {}
    kind = details.get("type")
    told = details.get(kind) or {} if kind else {}
    brand = (told.get("brand") or told.get("bank_name") or (kind or "Stripe")).replace("_", " ").title()
    last4 = told.get("last4")
    return Charge(
        pays_with(kind) if kind else said_type or "Other",
        NAME,
        intent["id"],
        told.get("authorization_code") or (charge.get("id") or intent["id"])[-6:].upper(),
        f"{brand} x{last4}" if last4 else brand,
    )


def refund_of(told: Told) -> Refund:
    """A refund of Stripe's as the gateway protocol has it."""
    return Refund(told["id"], _refund_state(told), _minor(told), told.get("failure_reason"))


def _minor(told: Told, name: str = "amount") -> int:
    return from_stripe(told[name], told["currency"])


def _refund_state(told: Told) -> str:
    if told["status"] in ("failed", "canceled"):
        return "failed"
    return "done" if told["status"] == "succeeded" else "pending"


def refund_words(told: Told, at: datetime) -> Iterator[Word]:
    """What a refund, as it stands, says: that it was begun or went, and that it failed, which was seen `at` (UTC)."""
    payment_id = id_of(told.get("payment_intent"))
    if payment_id is None or told["metadata"].get(CALLED_OFF):
        return
    state = _refund_state(told)
    states = ["done", "failed"] if state == "failed" else [state]
    for one in states:
        yield Word(
            "refund",
            one,
            NAME,
            f"{told['id']}_{one}",
            payment_id,
            told["id"],
            _minor(told),
            told["currency"].upper(),
            at if one == "failed" else instant(told["created"]),
            reason=told.get("failure_reason") if one == "failed" else told.get("reason"),
            gateway_key=key_of(told),
        )


def key_of(told: Told) -> str | None:
    """The key of ours in an object's metadata; None where there is none, or another program's word."""
    try:
        return str(UUID(told["metadata"].get(KEY, "")))
    except ValueError:
        return None


def dispute_words(told: Told, at: datetime) -> Iterator[Word]:
    """What a dispute, as it stands, says: that it was opened, and how it was decided, which was seen `at` (UTC)."""
    payment_id = id_of(told.get("payment_intent"))
    if payment_id is None or told["status"] not in _WITHDRAWN:
        return
    for state in ("open", told["status"]):
        if state in ("open", "won", "lost"):
            yield Word(
                "dispute",
                state,
                NAME,
                f"{told['id']}_{state}",
                payment_id,
                told["id"],
                _minor(told),
                told["currency"].upper(),
                instant(told["created"]) if state == "open" else at,
                reason=told.get("reason"),
            )


def failure_words(intent: Told, at: datetime) -> Iterator[Word]:
    """What an intent that had been taken says, as it stands: that the payment failed in the end, if it did. A bank debit does, days later."""
    if intent["status"] not in ("requires_payment_method", "canceled"):
        return
    error = intent.get("last_payment_error") or {}
    yield Word(
        "failure",
        "done",
        NAME,
        f"{intent['id']}_failure",
        intent["id"],
        intent["id"],
        _minor(intent),
        intent["currency"].upper(),
        at,
        reason=declined(error.get("code"), error.get("decline_code")),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the account's balance: gross, fee and net in minor units of `currency`. `payment_id` is the intent that it is about."""

    transaction_id: str
    kind: str
    source_id: str | None
    payment_id: str | None
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    happened_at: datetime
    payout_id: str | None


def entry_of(told: Told, payout_id: str | None = None) -> Entry:
    """A balance transaction of Stripe's, its `source` expanded where that is wanted."""
    source = told.get("source")
    payment = id_of(source.get("payment_intent")) if isinstance(source, Mapping) else None
    gross, net = _minor(told), _minor(told, "net")
    return Entry(
        told["id"],
        told["type"],
        id_of(source),
        payment,
        gross,
        gross - net,
        net,
        told["currency"].upper(),
        instant(told["created"]),
        payout_id,
    )


@dataclass(frozen=True, slots=True)
class Payout:
    """Money that Stripe sent to the organization's bank, or is sending: minor units; `arrives_on` is Stripe's day."""

    payout_id: str
    state: str
    amount_minor: int
    currency: str
    arrives_on: date
    created_at: datetime
    failure: str | None


def payout_of(told: Told) -> Payout:
    """A payout of Stripe's."""
    return Payout(
        told["id"],
        told["status"],
        _minor(told),
        told["currency"].upper(),
        instant(told["arrival_date"]).date(),
        instant(told["created"]),
        told.get("failure_code"),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """An event of Stripe's, as far as it is kept: what it is about, not what it says, for that may be stale."""

    event_id: str
    kind: str
    object_id: str
    payment_id: str | None
    happened_at: datetime
    is_live: bool


TEXT_MAX = 255
"""Letters of Stripe's longest ids and kinds, by its own word."""


def notice_of(event: Any) -> Notice:
    """What is kept of an event; `ValueError` when it is none, or holds what no event does."""
    try:
        about = event["data"]["object"]
        payment = about["id"] if about["object"] == "payment_intent" else id_of(about.get("payment_intent"))
        texts = (event["id"], event["type"], about.get("id") or event["type"], payment)
        happened_at = instant(event["created"])
        is_live = bool(event["livemode"])
    except (LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("an event has an id, a type, a time and an object") from error
    if not all(_is_name(text) for text in texts[:3]) or not (payment is None or _is_name(payment)):
        raise ValueError("an event has texts as its id and type")
    return Notice(*texts, happened_at, is_live)


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= TEXT_MAX and "\0" not in text


_HEARD = (
    ("payment", "refund", ("created", "updated", "failed")),
    ("payment", "charge", ("refunded",)),
    ("payment", "charge.refund", ("updated",)),
    ("payment", "charge.dispute", ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")),
    ("intent", "payment_intent", ("payment_failed", "canceled")),
    ("charge", "charge", ("succeeded", "updated")),
    ("payout", "payout", ("created", "updated", "paid", "failed", "canceled", "reconciliation_completed")),
)
_TOPICS = {f"{noun}.{end}": topic for topic, noun, ends in _HEARD for end in ends}
KINDS: Sequence[str] = tuple(_TOPICS)
"""The events to ask Stripe for."""


LISTED = tuple(f"payout.{end}" for end in ("paid", "reconciliation_completed"))
"""The events of a payout after which its lines are read: before, Stripe does not know them all."""


def topic_of(kind: str) -> str | None:
    """What an event makes us look at: `payment` (what went back of it), `intent`, `charge` or `payout`; None for what nothing is done about."""
    return _TOPICS.get(kind)
