"""What a valid project is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almoner.giving.coded import named
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean
from almoner.platform.mailboxes import NotAMailbox, mailbox_key

DEFAULT = {"name": "General Fund", "code": "GENERAL", "is_default": True}
"""The project of gifts that name none (raise-api.md 3.7: every donation has a project)."""
FOR_COSTS = {"name": "Processing Costs", "code": "CREDITCARDCOSTS", "is_for_costs": True}
"""The project of the costs that donors cover, which cannot be edited (raise-api.md 3.7)."""


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a project whose fields are `said`; `Invalid` names every broken one.

    The code is what the CRM knows it by; codes differ by more than case.
    """
    errors: list[FieldError] = []
    row = {**said, **named(said, "project", errors)}
    if "image_url" in row:
        row["image_url"] = clean(row["image_url"])
        if row["image_url"] and not row["image_url"].lower().startswith(("https://", "http://")):
            errors.append(FieldError("imageUrl", "INVALID", "An address begins with https:// or http://."))
    for index, address in enumerate(row.get("receipt_emails") or ()):
        if address is None:  # it could not be read, which is told already
            continue
        try:
            mailbox_key(address)
        except NotAMailbox as error:
            text = f"This is not an e-mail address. {error}"
            errors.append(FieldError(f"receiptEmails[{index}]", "INVALID", text))
    if row.get("is_default") and row.get("is_active") is False:
        text = "The default project takes the gifts that name none: let it be active."
        errors.append(FieldError("isActive", "INCONSISTENT", text, ("isDefault",)))
    if errors:
        raise Invalid("The project is not valid.", fields=tuple(errors))
    return row
