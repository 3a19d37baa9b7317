"""Why a payment was not taken, or not given back."""

from __future__ import annotations

from almoner.kernel.errors import AlmonerError, BadRequest


class PaymentDeclined(BadRequest):
    """The processor refused the payment; the sentence is its reason. No gift was made (raise-api.md 1.3: 400 with the reason in `detail`)."""

    code = "PAYMENT_DECLINED"
    title = "The payment was declined."


class RefundRefused(BadRequest):
    """The processor refused the refund; the sentence is its reason. Nothing went back."""

    code = "REFUND_REFUSED"
    title = "The refund was refused."


class ConfirmationNeeded(AlmonerError):
    """The donor's bank asks the donor to confirm the payment. `confirmation` holds what the page needs for that; nothing is paid yet. Sent
    again afterwards, under the same `Idempotency-Key` with the same bytes, the gift is stored; until then nothing comes of it.
    """

    status = 402
    code = "CONFIRMATION_NEEDED"
    title = "The donor has to confirm the payment."

    def __init__(self, message: str, transaction_id: str, confirmation: dict[str, str]) -> None:
        """`transaction_id` is the gateway's name of the payment that waits."""
        super().__init__(message)
        self.transaction_id = transaction_id
        self.more = {"confirmation": confirmation}
