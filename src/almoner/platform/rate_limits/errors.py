"""The failure of a caller who asks too often."""

from __future__ import annotations

from almoner.kernel.errors import AlmonerError


class RateLimited(AlmonerError):
    """The organization has sent as many requests as it may in an hour, with all its keys together. `Retry-After` says when the next hour begins."""

    status = 429
    code = "RATE_LIMITED"
    title = "Too many requests."

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
