"""One-time codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 30 seconds and six digits, which every such app speaks."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""How many steps a phone's clock may be off, either way."""


def new_key() -> bytes:
    """A fresh key of 160 bits (RFC 4226, R6)."""
    return secrets.token_bytes(20)


def code_at(key: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, 5.3)."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(key: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step that `code` is of, when it is near `now` and after the step `after`, which was used last; else None."""
    spoken = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    matching = [
        step
        for step in range(present - DRIFT, present + DRIFT + 1)
        if hmac.compare_digest(code_at(key, step).encode(), spoken.encode("utf-8", "replace"))
    ]
    return next((step for step in matching if step > after), None)


def key_text(key: bytes) -> str:
    """The key as people type it into an app: base 32 in groups of four."""
    text = base64.b32encode(key).decode("ascii").rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def key_address(key: bytes, email: str) -> str:
    """The address that apps take the key from (`otpauth://`)."""
    return f"otpauth://totp/Almoner:{quote(email)}?secret={key_text(key).replace(' ', '')}&issuer=Almoner"
