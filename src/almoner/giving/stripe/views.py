"""The answer to Stripe's notices."""

from __future__ import annotations

from almoner.platform.wire import View


class ReceivedView(View):
    """That a notice was stored, or had been before."""

    received: bool
    """Always true; a notice that was not stored is answered with an error, and Stripe sends it again."""
