"""What comes in about fields of the organization's own (crm-api.md 8.10; client-facts.md 23)."""

from __future__ import annotations

from typing import Annotated

from almoner.crm.custom_fields.rules import RECORD_TYPES
from almoner.platform.custom_fields import requests
from almoner.platform.custom_fields.requests import CustomFieldChangeBody as CustomFieldChangeBody
from almoner.platform.custom_fields.requests import CustomFields as CustomFields
from almoner.platform.custom_fields.requests import CustomFieldValueBody as CustomFieldValueBody
from almoner.platform.wire import Body, one_of


class CustomFieldBody(requests.CustomFieldBody, kw_only=True):
    """A field to add to a kind of record."""

    record_type: Annotated[str, one_of(RECORD_TYPES)]
    """The kind of record, in any case."""


class CustomFieldSearchBody(Body):
    """What is looked for."""

    search: str = ""
    """Text that a name holds, in any case; all fields when it is blank."""
