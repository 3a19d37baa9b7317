"""What comes in about donors (raise-api.md 3.1)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.links import CrmKeyBody
from almoner.giving.people import Line, PersonBody
from almoner.platform.custom_fields.requests import CustomFields

Key = Annotated[str, Meta(max_length=255)]


class DonorPatchBody(PersonBody):
    """What changes of a donor. What is absent, null or blank stays (raise-api.md 3.1); a blank key alone is taken away.

    `crmKey` and the address are extensions.
    """

    email: Line | None = None
    """The e-mail address by which the donor is found again; no other donor may have it."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the donor."""
    is_organization: bool | None = None
    """Whether the donor is an organization."""
    crm_second_key: Key | None = None
    """An extension: a second key, in another system; blank takes it away."""
    crm_key: Key | None = None
    """An extension: the id of the contact that the donor is; blank takes a key back that the sync has yet to find right."""
    crm_keys: dict[str, Key] | list[CrmKeyBody] | None = None
    """The same by integration, as a map or as a list; a key of another system than the CRM here is kept beside it."""
    custom_fields: CustomFields | None = None
    """An extension: values of the organization's own fields; those that are not named stay, and a blank one is cleared."""


class DonorBody(PersonBody):
    """What a donor is from now on. What is absent, null or blank is cleared; keys stay unless they are blank (docs/reference/choices.md).

    The address is an extension. E-mail address, phone number and address are the primary ones; the others stay.
    """

    email: Line | None = None
    """The e-mail address by which the donor is found again; no other donor may have it."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What is noted about the donor."""
    is_organization: bool = False
    """Whether the donor is an organization."""
    crm_second_key: Key | None = None
    """A second key, in another system; null leaves it as it is, and blank takes it away."""
    crm_key: Key | None = None
    """The id of the contact that the donor is; null leaves it as it is, and blank takes a key back that the sync has yet to find right."""
    custom_fields: CustomFields | None = None
    """An extension: values of the organization's own fields; those that are not named are cleared."""
