"""The books of a Stripe that plays: intents, charges, refunds, disputes, balance and payouts, each as Stripe's API tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

METHODS: dict[str, dict[str, Any]] = {
    "pm_card_visa": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    "pm_card_mastercard": {"type": "card", "card": {"brand": "mastercard", "last4": "4444"}},
    "tok_visa": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    "pm_card_authenticationRequired": {
        "type": "card",
        "card": {"brand": "visa", "last4": "3184"},
        "asks": True,
    },
    "pm_card_visa_chargeDeclined": {"type": "card", "declines": ("card_declined", "generic_decline")},
    "pm_card_visa_chargeDeclinedInsufficientFunds": {
        "type": "card",
        "declines": ("card_declined", "insufficient_funds"),
    },
    "pm_card_chargeDeclinedExpiredCard": {"type": "card", "declines": ("expired_card", None)},
    "pm_card_chargeDeclinedProcessingError": {"type": "card", "declines": ("processing_error", None)},
    "pm_usBankAccount_success": {
        "type": "us_bank_account",
        "us_bank_account": {"bank_name": "TEST BANK", "last4": "6789"},
        "debits": True,
    },
}
"""Payment methods by the names that Stripe gives its own for tests."""
COARSE = dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10) | dict.fromkeys(("isk", "ugx"), 100)
"""Amounts of these currencies are multiples of so much."""
MINIMUM = 50
"""The least that is taken, in minor units."""


class Refused(Exception):
    """What Stripe answers as an error: a status, and the error's fields."""

    def __init__(self, status: int, kind: str, **fields: Any) -> None:
        super().__init__(kind)
        self.status = status
        self.body = {"error": {"type": kind, **fields}}


def invalid(message: str, **fields: Any) -> Refused:
    """A request that Stripe does not take."""
    return Refused(400, "invalid_request_error", message=message, **fields)


@dataclass
class Books:
    """Everything that one account has, by id. `now` tells the time in seconds; each change tells its event."""

    now: Callable[[], int]
    is_live: bool = True
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    _kinds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _parts: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def get(self, id_: str, prefix: str) -> dict[str, Any]:
        """An object by its id; Stripe's own refusal when there is none."""
        if not id_.startswith(prefix) or id_ not in self.objects:
            raise Refused(
                404,
                "invalid_request_error",
                code="resource_missing",
                message=f"No such object: '{id_}'",
                param="id",
            )
        return self.objects[id_]

    def all(self, prefix: str) -> list[dict[str, Any]]:
        """All objects of a kind, the latest first."""
        return self._kinds.get(prefix, [])[::-1]

    def of_payment(self, prefix: str, intent_id: str) -> list[dict[str, Any]]:
        """Those of one payment, the latest first."""
        return self._parts.get((prefix, intent_id), [])[::-1]

    def by_key(self, key: str) -> list[dict[str, Any]]:
        """The intents that were created under a key of ours, the latest first."""
        return self._keys.get(key, [])[::-1]

    def add(self, prefix: str, kind: str, **fields: Any) -> dict[str, Any]:
        """A new object."""
        id_ = f"{prefix}{len(self.objects):08d}"
        self.objects[id_] = one = {
            "id": id_,
            "object": kind,
            "created": self.now(),
            "livemode": self.is_live,
            **fields,
        }
        self._kinds.setdefault(prefix, []).append(one)
        if intent_id := fields.get("payment_intent"):
            self._parts.setdefault((prefix, intent_id), []).append(one)
        if kind == "payment_intent" and (key := fields["metadata"].get("almoner_key")):
            self._keys.setdefault(key, []).append(one)
        return one

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        """An event, with the object as it is now."""
        event = {
            "id": f"evt_{len(self.events):08d}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": self.now(),
            "livemode": self.is_live,
            "type": kind,
            "data": {"object": {**about}},
        }
        self.events.append(event)
        self.outbox.append(event)

    # --- payments ---------------------------------------------------------------------------------------

    def create_intent(self, params: dict[str, str]) -> dict[str, Any]:
        """Create an intent and confirm it."""
        name = params.get("payment_method") or params.get("payment_method_data[card][token]", "")
        if name not in METHODS:
            raise invalid(f"No such PaymentMethod: '{name}'", code="resource_missing", param="payment_method")
        amount = int(params["amount"])
        _require_even(amount, params["currency"])
        if amount < MINIMUM:
            raise invalid("Amount must be at least 50 cents", code="amount_too_small", param="amount")
        intent = self.add(
            "pi_",
            "payment_intent",
            amount=amount,
            currency=params["currency"],
            status="requires_confirmation",
            metadata=_metadata(params),
            client_secret="",
            latest_charge=None,
            last_payment_error=None,
            payment_method=name,
            statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        )
        intent["client_secret"] = f"{intent['id']}_secret"
        self.tell("payment_intent.created", intent)
        method = METHODS[name]
        if method.get("declines"):
            raise self._decline(intent, *method["declines"])
        if method.get("asks"):
            intent["status"] = "requires_action"
            self.tell("payment_intent.requires_action", intent)
        else:
            self._confirm(intent)
        return intent

    def _decline(self, intent: dict[str, Any], code: str, decline_code: str | None) -> Refused:
        error = {"code": code, "decline_code": decline_code, "message": "Your card was declined."}
        intent |= {"status": "requires_payment_method", "last_payment_error": {"type": "card_error", **error}}
        self.tell("payment_intent.payment_failed", intent)
        return Refused(402, "card_error", **error, payment_intent={**intent})

    def _confirm(self, intent: dict[str, Any]) -> None:
        method = METHODS[intent["payment_method"]]
        debits = method.get("debits")
        charge = self.add(
            "ch_",
            "charge",
            amount=intent["amount"],
            amount_refunded=0,
            currency=intent["currency"],
            payment_intent=intent["id"],
            refunded=False,
            status="pending" if debits else "succeeded",
            balance_transaction=None,
            payment_method_details={
                key: value for key, value in method.items() if key not in ("asks", "debits")
            },
        )
        intent["latest_charge"] = charge["id"]
        if debits:
            intent["status"] = "processing"
            self.tell("payment_intent.processing", intent)
        else:
            self._succeed(intent, charge)

    def _succeed(self, intent: dict[str, Any], charge: dict[str, Any]) -> None:
        intent["status"] = charge["status"] = "succeeded"
        fee = 30 + (charge["amount"] * 29 + 500) // 1000
        charge["balance_transaction"] = self.book("charge", charge, charge["amount"], fee)
        self.tell("charge.succeeded", charge)
        self.tell("payment_intent.succeeded", intent)

    def book(self, kind: str, source: dict[str, Any], amount: int, fee: int = 0) -> str:
        """A line of the balance; answers its id."""
        line = self.add(
            "txn_",
            "balance_transaction",
            type=kind,
            source=source["id"],
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
            payout=None,
        )
        id_: str = line["id"]
        return id_

    def answer_bank(self, intent_id: str, *, confirms: bool) -> None:
        """The donor confirms a payment at the bank, or does not; too late, nothing happens."""
        intent = self.objects[intent_id]
        if intent["status"] != "requires_action":
            return
        if confirms:
            self._confirm(intent)
        else:
            self._decline(intent, "payment_intent_authentication_failure", None)

    def end_debit(self, intent_id: str, *, fails: bool) -> None:
        """A bank debit that was under way is paid in the end, or fails."""
        intent = self.objects[intent_id]
        charge = self.objects[intent["latest_charge"]]
        if not fails:
            self._succeed(intent, charge)
            return
        charge["status"] = "failed"
        self._decline(intent, "payment_intent_payment_attempt_failed", "insufficient_funds")
        self.tell("charge.failed", charge)

    def pay_again(self, intent_id: str, method: str) -> None:
        """The page confirms an intent whose payment failed with another method; of one that was called off nothing is taken."""
        intent = self.objects[intent_id]
        if intent["status"] == "requires_payment_method":
            intent["payment_method"] = method
            self._confirm(intent)

    def cancel_intent(self, id_: str) -> dict[str, Any]:
        """Call an intent off that took nothing."""
        intent = self.get(id_, "pi_")
        if intent["status"] in ("succeeded", "processing", "canceled"):
            raise invalid("You cannot cancel this PaymentIntent.", code="payment_intent_unexpected_state")
        intent["status"] = "canceled"
        self.tell("payment_intent.canceled", intent)
        return intent

    # --- what goes back ---------------------------------------------------------------------------------

    def create_refund(self, params: dict[str, str], status: str = "succeeded") -> dict[str, Any]:
        """Give back a part of a payment, or all that is left."""
        intent = self.get(params["payment_intent"], "pi_")
        charge = self.objects.get(intent["latest_charge"] or "")
        if charge is None or charge["status"] != "succeeded":
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        if any(
            one["charge"] == charge["id"] and one["status"] in ("needs_response", "lost")
            for one in self.all("dp_")
        ):
            raise invalid("The charge is disputed.", code="charge_disputed")
        left = charge["amount"] - charge["amount_refunded"]
        amount = int(params.get("amount", left))
        if not left:
            raise invalid("Charge has already been refunded.", code="charge_already_refunded")
        _require_even(amount, charge["currency"])
        if amount > left:
            raise invalid("Refund amount is greater than unrefunded amount on charge", param="amount")
        refund = self.add(
            "re_",
            "refund",
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent["id"],
            metadata=_metadata(params),
            reason=None,
            status=status,
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.book("refund", refund, -amount)
        self.tell("refund.created", refund)
        self.tell("charge.refunded", charge)
        return refund

    def end_refund(self, refund_id: str, *, fails: bool) -> None:
        """A refund comes back, or one that was on its way arrives."""
        refund = self.objects[refund_id]
        if refund["status"] not in ("pending", "succeeded"):
            return
        refund["status"] = "failed" if fails else "succeeded"
        if fails:
            refund["failure_reason"] = "expired_or_canceled_card"
            charge = self.objects[refund["charge"]]
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            self.book("refund_failure", refund, refund["amount"])
            self.tell("refund.failed", refund)
        self.tell("refund.updated", refund)

    def open_dispute(self, intent_id: str, reason: str = "fraudulent") -> dict[str, Any] | None:
        """A donor disputes a payment: what is left of it is taken away. None when nothing is, or it is disputed already."""
        charge = self.objects[self.objects[intent_id]["latest_charge"]]
        left = charge["amount"] - charge["amount_refunded"]
        if not left or any(one["charge"] == charge["id"] for one in self.all("dp_")):
            return None
        dispute = self.add(
            "dp_",
            "dispute",
            amount=left,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            reason=reason,
            status="needs_response",
            metadata={},
        )
        self.tell("charge.dispute.created", dispute)
        self.book("adjustment", dispute, -left, 1500)
        self.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def end_dispute(self, dispute_id: str, *, wins: bool) -> None:
        """The bank decides."""
        dispute = self.objects[dispute_id]
        dispute["status"] = "won" if wins else "lost"
        self.tell("charge.dispute.closed", dispute)
        if wins:
            self.book("adjustment", dispute, dispute["amount"])
            self.tell("charge.dispute.funds_reinstated", dispute)

    def pay_out(self) -> dict[str, Any]:
        """Send what no payout has yet to the bank."""
        lines = [one for one in self.all("txn_") if one["payout"] is None]
        payout = self.add(
            "po_",
            "payout",
            amount=sum(one["net"] for one in lines),
            currency="usd",
            status="paid",
            arrival_date=self.now() + 2 * 86400,
            failure_code=None,
        )
        for one in lines:
            one["payout"] = payout["id"]
        line = self.objects[self.book("payout", payout, -payout["amount"])]
        line["payout"] = payout["id"]
        self.tell("payout.paid", payout)
        return payout

    def kept_of(self, intent_id: str) -> int:
        """What the organization has of a payment in the end: minor units, without fees."""
        intent = self.objects[intent_id]
        if intent["status"] not in ("succeeded", "processing"):
            return 0
        charge = self.objects[intent["latest_charge"]]
        gone = sum(
            one["amount"]
            for one in self.all("dp_")
            if one["charge"] == charge["id"] and one["status"] in ("needs_response", "lost")
        )
        return int(charge["amount"] - charge["amount_refunded"] - gone)


def _require_even(amount: int, currency: str) -> None:
    if amount % COARSE.get(currency, 1):
        code = "invalid_charge_amount_no_decimal_compatible"
        raise invalid("Invalid amount.", code=code, param="amount")


def _metadata(params: dict[str, str]) -> dict[str, str]:
    return {key[9:-1]: value for key, value in params.items() if key.startswith("metadata[")}
