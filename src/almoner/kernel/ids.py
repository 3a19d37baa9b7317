"""Identifiers as they travel: positive 64-bit integers on the wire, tokens that name their tenant."""

from __future__ import annotations

import hashlib
import secrets

ID_MAX = 2**63 - 1


def new_secret(prefix: str, organization_id: int) -> str:
    """A fresh bearer token of 256 random bits that starts with `prefix` and names its organization.

    Naming the organization lets a key be found by an index that leads with the tenant.
    """
    return f"{prefix}_{organization_id}_{secrets.token_urlsafe(32)}"


def secret_organization(token: str) -> int | None:
    """The organization a token names, or None when it is not shaped like one of ours."""
    parts = token.split("_", 2)
    if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 18:
        return None
    return int(parts[1])


def secret_hash(token: str) -> bytes:
    """SHA-256 of a token. Tokens hold 256 random bits, so a slow hash would add cost and no safety."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
