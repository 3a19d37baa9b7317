"""The keys of addresses as the migrations of 29 November 2026 made them. Frozen: never edited.

The rule (docs/decisions/0019-one-mailbox.md): of the part before the @, canonical Unicode (NFC) in small letters; of the domain
what DNS is asked for (IDNA 2008). Letters that merely look alike stay apart, and so do dots and `+` tags: what they mean is the
mail server's own affair.
"""

from __future__ import annotations

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"(?=.{{1,64}}@){_WORD}+(?:\.{_WORD}+)*@(?:{_LABEL}\.)+([a-z]{{2,63}})", re.IGNORECASE)
"""The addresses that nearly everybody has: they need no more looking at."""
_RESERVED = frozenset(("arpa", "invalid", "local", "localhost", "onion", "alt"))
LENGTH_MAX = 254


class NotAMailbox(ValueError):
    """No mailbox can have this address; the text says why, in a sentence."""


def mailbox_key(address: str) -> str:
    """What is one for all ways to write one mailbox, and for no other. `NotAMailbox` when none can have `address`."""
    address = address.strip()
    plain = _PLAIN.fullmatch(address) if len(address) <= LENGTH_MAX and "--" not in address else None
    if plain is not None and address.isascii() and plain[1].lower() not in _RESERVED:
        return address.lower()
    return _looked_at(address)


def address_key(address: str) -> str:
    """`mailbox_key` of any text: one that no mailbox can have is the same as itself only, and no mailbox's key."""
    try:
        return mailbox_key(address)
    except NotAMailbox:
        # No letter of ASCII becomes another but by its case; what normalizing makes of others may be somebody's address.
        return address.strip().lower() if address.isascii() else f"? {address}"


def _looked_at(address: str) -> str:
    if len(address) > LENGTH_MAX:
        raise NotAMailbox(f"It is longer than {LENGTH_MAX} characters.")
    if (alike := next(filter(_looks_plain, address.rpartition("@")[0]), None)) is not None:
        plain = unicodedata.normalize("NFC", alike)
        name = unicodedata.name(alike, f"U+{ord(alike):04X}")
        raise NotAMailbox(f"It has {name} where {plain} is meant: write the plain {plain}.")
    try:
        # `test_environment` stands for names under .test, which are there for trying things out; nothing is asked of the network.
        read = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise NotAMailbox(str(error)) from None
    # Of the two small sigmas the place in the word decides: in capitals they are one.
    local = unicodedata.normalize("NFC", read.local_part.lower().replace("\u03c2", "\u03c3"))
    return f"{local}@{read.ascii_domain}"


def _looks_plain(char: str) -> bool:
    """Whether this is another sign for a letter of ASCII: `K` for kelvin is turned into a K by whoever normalizes text."""
    return not char.isascii() and unicodedata.normalize("NFC", char).isascii()
