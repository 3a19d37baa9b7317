"""What an API key can grant: the scopes that the operations of each product ask for."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.crm.routes import routes as crm_routes
from almoner.giving.routes import routes as giving_routes
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import did_you_mean
from almoner.platform.http.route import Route
from almoner.sync.routes import routes as sync_routes

ALL = "*"


def _asked_for(routes: Sequence[Route]) -> tuple[str, ...]:
    return tuple(sorted({route.scope for route in routes if route.scope is not None}))


SCOPES = {"raise": _asked_for([*giving_routes, *sync_routes]), "crm": _asked_for(crm_routes)}
"""By product, in order."""


def checked_scopes(product: str, wanted: Sequence[str]) -> list[str]:
    """`wanted`, when every one of them grants something: a scope of `product`, `gift:*`, or `*`. `Invalid` has the list."""
    known = SCOPES[product]
    good = {ALL, *known, *(f"{scope.partition(':')[0]}:*" for scope in known)}
    unknown = [scope for scope in wanted if scope not in good]
    if unknown:
        message = (
            f"A key of {product} grants no '{unknown[0][:60]}'.{did_you_mean(unknown[0], good)} Its scopes are: {', '.join(known)};"
            " gift:* stands for all of gift, * for all there are."
        )
        raise Invalid(message, fields=(FieldError("scope", "UNKNOWN", message),))
    return list(dict.fromkeys(wanted))
