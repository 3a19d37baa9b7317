"""The limit of requests at the edge: each request of an organization is counted, and each answer says where it stands."""

from __future__ import annotations

from almoner.kernel.errors import AlmonerError
from almoner.platform.database.trouble import is_trouble
from almoner.platform.http.auth import Authenticate, bearer_token
from almoner.platform.http.requests import Request
from almoner.platform.rate_limits.errors import RateLimited
from almoner.platform.rate_limits.service import RateLimiter, Standing

RATE_HEADERS = {
    "X-RateLimit-Limit": "How many requests the organization may send in an hour, with all its keys together.",
    "X-RateLimit-Remaining": "How many of them are left.",
    "X-RateLimit-Reset": "When the next hour begins, in seconds since 1970.",
}
"""What each header of an answer to an organization tells."""


class Meter:
    """Counts the requests of one product. What is sent without a good token belongs to no organization: it is not counted."""

    def __init__(self, limiter: RateLimiter, authenticate: Authenticate, product: str) -> None:
        self._limiter = limiter
        self._authenticate = authenticate
        self._product = product

    async def count(self, request: Request, organization_id: int) -> None:
        """Count a request whose caller is known; `RateLimited` when there have been too many."""
        request.is_counted = True
        standing = request.standing = await self._limiter.take(organization_id)
        if not standing.is_granted:
            text = f"Your organization may send {standing.limit:,} requests in an hour. The next hour begins in {standing.seconds} seconds."
            raise RateLimited(text, standing.seconds)

    async def tell(self, request: Request) -> list[tuple[bytes, bytes]]:
        """The headers of the answer to `request`; one that met no operation, or none that asks who calls, is counted here.

        It takes of what is in hand: its answer needs no database, and waits for none.
        """
        if not request.is_counted:
            await self._count_stray(request)
        return [] if request.standing is None else _headers(request.standing)

    async def _count_stray(self, request: Request) -> None:
        try:
            token = bearer_token(request.scope["headers"])
            caller = await self._authenticate(None, token, self._product)
            request.standing = self._limiter.take_in_hand(caller.organization_id)
        except AlmonerError:
            return  # its answer is made already, and needs no database
        except Exception as error:
            if not is_trouble(error):
                raise


def _headers(standing: Standing) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-ratelimit-limit", b"%d" % standing.limit),
        (b"x-ratelimit-remaining", b"%d" % standing.remaining),
        (b"x-ratelimit-reset", b"%d" % standing.resets_at),
    ]
