"""The wire shapes of `/Token` (crm-api.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import format_datetime
from typing import ClassVar

import msgspec

from almoner.platform.accounts.sign_in import ACCESS_LIFE, Tokens
from almoner.platform.wire import View

EXPIRES_IN = int(ACCESS_LIFE.total_seconds()) - 1


class TokenView(View):
    """A pair of tokens of a user who signed in."""

    access_token: str = msgspec.field(name="access_token")
    """The token for `Authorization: Bearer`."""
    token_type: str = msgspec.field(name="token_type")
    """How it is sent: bearer."""
    expires_in: int = msgspec.field(name="expires_in")
    """For how many seconds it is good."""
    refresh_token: str = msgspec.field(name="refresh_token")
    """What the next pair is had for, once, within 365 days."""
    user_name: str
    """The e-mail address of the user."""
    two_factor_enabled: str
    """Whether the account asks for one-time codes: `True` or `False`."""
    issued: str = msgspec.field(name=".issued")
    """The instant it was made, as HTTP writes it."""
    expires: str = msgspec.field(name=".expires")
    """The instant it ends, as HTTP writes it."""


class AwaitingView(View):
    """The password is right; a one-time code is needed. Send the form again with `otp`."""

    EXAMPLE: ClassVar[Mapping[str, str]] = {
        "error": "awaiting_verification",
        "error_description": "Send the code of the authenticator app as otp.",
    }

    error: str
    """`awaiting_verification`."""
    error_description: str = msgspec.field(name="error_description")
    """What to do."""


def token_view(tokens: Tokens) -> TokenView:
    """`tokens` on the wire."""
    return TokenView(
        access_token=tokens.access,
        token_type="bearer",  # noqa: S106 - the kind of token
        expires_in=EXPIRES_IN,
        refresh_token=tokens.refresh,
        user_name=tokens.email,
        two_factor_enabled=str(tokens.two_factor),
        issued=format_datetime(tokens.issued_at, usegmt=True),
        expires=format_datetime(tokens.issued_at + ACCESS_LIFE, usegmt=True),
    )
