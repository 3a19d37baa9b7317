"""Why somebody is not signed in. Each says the same whether there is such an account or not."""

from __future__ import annotations

from almoner.kernel.errors import AlmonerError


class NotSignedIn(AlmonerError):
    """Base of the refusals of a sign-in, in the words of OAuth 2.0 (RFC 6749, 5.2)."""

    status = 400
    code = "invalid_request"
    title = "The sign-in was refused."


class InvalidRequest(NotSignedIn):
    """The form lacks a field, is no URL-encoded form, or is in several parts (multipart)."""


class UnsupportedGrantType(NotSignedIn):
    """`grant_type` is neither `password` nor `refresh_token`."""

    code = "unsupported_grant_type"


class InvalidGrant(NotSignedIn):
    """E-mail, password or code are wrong; or the refresh token is unknown, used before, or ended."""

    code = "invalid_grant"


class TooManyAttempts(NotSignedIn):
    """Too many attempts to sign in failed lately: wait for the seconds of `Retry-After`."""

    status = 429
    code = "too_many_attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts failed. Try again in {seconds} seconds.")
        self.retry_after_seconds = seconds


class CodeNeeded(NotSignedIn):
    """The password is right, and a one-time code is needed."""

    code = "awaiting_verification"
