"""Why a payment was not taken, or not given back."""

from __future__ import annotations

from almoner.kernel.errors import BadRequest


class PaymentDeclined(BadRequest):
    """The processor refused the payment; the sentence is its reason. No gift was made (raise-api.md 1.3: 400 with the reason in `detail`)."""

    code = "PAYMENT_DECLINED"
    title = "The payment was declined."


class RefundRefused(BadRequest):
    """The processor refused the refund; the sentence is its reason. Nothing went back."""

    code = "REFUND_REFUSED"
    title = "The refund was refused."
