"""The default gateway: no network, no money, the same answer to the same token every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from almoner.giving.payments.errors import PaymentDeclined
from almoner.giving.payments.rules import Charge, ChargeRequest
from almoner.kernel.errors import Invalid

APPROVED = {
    "tok_visa": ("Credit", "Visa x4242"),
    "tok_mastercard": ("Credit", "MasterCard x4444"),
    "tok_amex": ("Credit", "American Express x0005"),
    "tok_ach": ("EFT", "ACH Checking x6789"),
    "tok_offline": (None, "Offline"),
}
"""What each token pays with, and as people read it. Of what was paid elsewhere only the caller knows."""
DECLINED = {
    "tok_declined": "Card declined",
    "tok_expired": "Card expired",
    "tok_invalid_number": "Invalid card number",
    "tok_insufficient_funds": "Insufficient funds",
    "tok_issuer_unavailable": "Issuer unavailable",
    "tok_gateway_timeout": "Gateway timeout",
}
"""Tokens and their reasons; the texts are those of raise-api.md 1.3."""


class SandboxGateway:
    """Approves and declines by token. A key always has the same transaction id."""

    name = "Sandbox"

    async def charge(self, request: ChargeRequest) -> Charge:
        """Approve or decline as the token says; `Invalid` on field `paymentMethodId` when it is no sandbox token."""
        token = request.payment_method_id
        if token in DECLINED:
            raise PaymentDeclined(DECLINED[token])
        if token not in APPROVED:
            known = ", ".join([*APPROVED, *DECLINED])
            raise Invalid.field(
                "paymentMethodId",
                "UNKNOWN",
                f"The sandbox gateway does not know this token. It knows: {known}.",
            )
        pays_with, info = APPROVED[token]
        if pays_with and request.payment_type not in (None, pays_with):
            raise Invalid.field(
                "paymentMethodType",
                "INCONSISTENT",
                f"This token pays with {pays_with}, not with {request.payment_type}. Leave the type out, or send what the token is.",
            )
        paid_with = pays_with or request.payment_type or "Other"
        reference = hashlib.sha256(request.key.encode()).hexdigest()[:24]
        return Charge(paid_with, self.name, f"sbx_{reference}", reference[:6].upper(), info)

    async def find(self, _key: str) -> Sequence[str]:
        """Nothing: no money was ever taken."""
        return ()

    async def cancel(self, transaction_id: str) -> None:
        """Nothing was taken, so nothing is given back."""
