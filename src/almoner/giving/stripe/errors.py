"""What is told when Stripe refuses, or wants something first."""

from __future__ import annotations

from almoner.kernel.errors import BadRequest

CONFIRM = (
    "The donor's bank asks the donor to confirm the payment. Let the page do that with `confirmation.clientSecret`, then send the same gift"
    " again under the same Idempotency-Key."
)
NOT_TAKEN = "Stripe does not take this."
NOT_REFUNDED = "Stripe does not refund this payment."
NO_KEY = "The secret key of a Stripe account begins with sk_live_, sk_test_, rk_live_ or rk_test_."
NO_WEBHOOK_SECRET = "The signing secret of a webhook endpoint begins with whsec_."  # noqa: S105 - a sentence
NO_SUFFIX = "A statement descriptor suffix has 2 to 22 letters, digits and spaces, at least one letter among them, and none of <>\\'\"*."
NO_PUBLISHABLE_KEY = "A publishable key begins with pk_live_ or pk_test_, as the secret key does with sk_."
ANOTHERS = (
    "Another organization of this server takes gifts through this account at Stripe. Use an account of this organization's own, or let whoever"
    " runs the server take it away there (`gateway remove`) first."
)
STILL_OPEN = (
    "The account that is set up has open payments ({payments:,}), refunds ({refunds:,}) or events ({events:,}): without it nobody finds out what"
    " becomes of them. Let a running server settle them first, or leave them open with --yes; the doctor tells of them then."
)
OTHER_ACCOUNT = "The payment went through another account at Stripe than the organization has now."
NOT_TOLD = "The account that the organization has now tells nothing of what happened: it may have been at another one."
NO_ACCOUNT = "The organization has no account at Stripe."
OTHER_MODE = "It is of the other mode (test or live) than the account."
NOT_OURS = "The payment was not asked for here."
NO_GIFT = "No gift came of the payment."
NO_GIFT_YET = "The payment has no gift yet."
NOTHING_TO_DO = "Nothing is done about events of this kind."
NO_PAYMENT = "It is about no payment intent."
MORE_LINES = "There are more lines of the payout to read."
NO_ANSWER = "Stripe did not answer: {}."
NOT_ACTED_ON = "It could not be acted on: {}."


class NotSigned(BadRequest):
    """The notice is not signed with the webhook secret of the organization's Stripe account, or it was signed too long ago, or the organization has none."""

    code = "NOT_SIGNED"
    title = "The notice cannot be trusted."
