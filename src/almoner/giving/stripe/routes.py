"""`/stripe/webhook`: where Stripe says what happened (docs/how-to/take-cards.md). It is open; Stripe's signature stands for a token.

Nobody else calls it, so the API's document leaves it out.
"""

from __future__ import annotations

from almoner.giving.stripe.events import StripeDesk
from almoner.giving.stripe.views import ReceivedView
from almoner.platform.http import Request, routes_in
from almoner.platform.http.route import notice


@notice("/stripe/webhook/{organization_id:int}")
async def receive_from_stripe(request: Request, organization_id: int, stripe: StripeDesk) -> ReceivedView:
    """Take a notice of the organization's Stripe account; `NotSigned` when it is none.

    It is stored and acted on within seconds; one that came before is answered the same.
    """
    await stripe.receive(organization_id, await request.body(), request.header("stripe-signature"))
    return ReceivedView(received=True)


routes = routes_in(__name__)
