"""What an address and a contact method may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean
from almoner.platform.mailboxes import NotAMailbox, mailbox_key

KINDS = ("Email", "Phone")
"""What a donor is reached by."""
PHONE_MAX = 50
LINES = ("address1", "address2", "city", "state", "postal", "country")
"""The columns of an address, of a donor's own too."""


def checked_address(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an address of the fields `said`; `Invalid` when it has no line."""
    row = {name: clean(said.get("country_string" if name == "country" else name)) for name in LINES}
    if not any(row.values()):
        error = FieldError("address1", "REQUIRED", "An address needs at least one line.")
        raise Invalid("The address is not valid.", fields=(error,))
    return {**row, "type": clean(said.get("address_type_display")) or "Home"}


def kind_of(text: str | None) -> str | None:
    """The kind that a word names, in whatever case; None when it names none."""
    return next((kind.lower() for kind in KINDS if kind.lower() == (text or "").strip().lower()), None)


def checked_method(said: Mapping[str, Any], kind: str | None = None) -> dict[str, Any]:
    """The columns of a contact method of the fields `said`, of this kind or the one said; `Invalid` names every broken field."""
    errors: list[FieldError] = []
    kind = kind or kind_of(said.get("kind"))
    if kind is None:
        errors.append(FieldError("kind", "UNKNOWN", f"It is one of {', '.join(KINDS)}."))
    value = clean(said.get("value"))
    key = None
    if value is None:
        errors.append(FieldError("value", "REQUIRED", "Give the e-mail address or the phone number."))
    elif kind == "email":
        key = email_key(value, "value", errors)
    elif kind == "phone" and len(value) > PHONE_MAX:
        errors.append(FieldError("value", "TOO_LONG", f"A phone number has at most {PHONE_MAX} characters."))
    if errors:
        raise Invalid("The contact method is not valid.", fields=tuple(errors))
    flags = {name: said[name] for name in ("is_opted_in", "is_valid", "is_bounced")}
    return {
        "kind": kind,
        "type": clean(said.get("type_display")) or (kind or "").capitalize(),
        "value": value,
        "email_key": key,
        "secondary_value": clean(said.get("secondary_value")),
        "country_code": clean(said.get("country_code")),
        **flags,
    }


def email_key(address: str, name: str, errors: list[FieldError]) -> str | None:
    """By what a donor with this address is found; None, and an error for the field `name`, when no mailbox can have it."""
    try:
        return mailbox_key(address)
    except NotAMailbox as error:
        errors.append(FieldError(name, "INVALID", f"This is not an e-mail address. {error}"))
        return None
