"""The form of a sign-in, as clients really send it: with or without a content type, and with `@`, `+` and `%` as they are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from almoner.platform.accounts.errors import InvalidRequest
from almoner.platform.http import Request

FIELDS = {
    "grant_type*": "`password`, or `refresh_token`.",
    "username": "The user's e-mail address (for `password`).",
    "password": "The user's password (for `password`).",
    "otp": "The code of the authenticator app, where the account asks for one; else it does no harm.",
    "refresh_token": "The refresh token of the answer before (for `refresh_token`); it works once.",
}


@dataclass(frozen=True, slots=True)
class TokenForm:
    """The fields of the form by their names in small letters, not decoded yet."""

    raw: dict[str, str]

    def text(self, name: str) -> str:
        """A field without white space around it; a plus in it is a plus. `InvalidRequest` when it is missing or blank."""
        value = unquote(self.raw.get(name, "")).replace("\0", "\ufffd").strip()
        if not value:
            raise InvalidRequest(f"The form lacks {name}.")
        return value

    def optional(self, name: str) -> str:
        """A field that may be missing, then empty."""
        return unquote_plus(self.raw.get(name, "")).strip()

    def readings(self, name: str) -> list[str]:
        """What a password may be: a plus stands for a blank or for itself, and a percent sign too. `InvalidRequest` when it is missing."""
        raw = self.raw.get(name, "")
        if not raw:
            raise InvalidRequest(f"The form lacks {name}.")
        return list(dict.fromkeys((unquote_plus(raw), unquote(raw), raw)))


async def read_form(request: Request) -> TokenForm:
    """The form in the body of `request`. `InvalidRequest` for one in several parts, which the original refuses too, and for no form at all."""
    media_type = (request.header("content-type") or "").strip().lower()
    if media_type.startswith("multipart/"):
        raise InvalidRequest(
            "Send the form URL-encoded (application/x-www-form-urlencoded), not as multipart."
        )
    text = (await request.body()).decode("utf-8", "replace").strip()
    if text.startswith(("{", "[")):
        raise InvalidRequest("Send a URL-encoded form (application/x-www-form-urlencoded), not JSON.")
    pairs = [pair.partition("=") for pair in text.split("&", 50)]
    return TokenForm({unquote_plus(name).strip().lower(): value for name, _, value in pairs})
