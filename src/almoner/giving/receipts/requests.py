"""What comes in about receipts (an extension: the reference shows none of Raise's own)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.platform.wire import Body, Day, OptionalBody

Line = Annotated[str, Meta(max_length=200)]
Address = Annotated[str, Meta(max_length=254)]
Lines = Annotated[str, Meta(max_length=1000)]
Template = Annotated[str, Meta(max_length=20_000)]
Year = Annotated[int, Meta(ge=1900, le=9998)]


class ReceiptSettingBody(Body):
    """What receipts are to say: only what is sent changes. Texts are tried with samples before they are kept."""

    is_automatic: bool | UnsetType = UNSET
    """Whether each gift gets a receipt by itself."""
    includes_imported: bool | UnsetType = UNSET
    """Whether gifts that were brought over from another system do too."""
    locale: Line | UnsetType | None = UNSET
    """The language of money and days, as `de-CH`; null: that of the organization."""
    sender_name: Line | UnsetType | None = UNSET
    """Who letters come from."""
    sender_email: Address | UnsetType | None = UNSET
    """The address that letters come from; null: that of the settings."""
    reply_to: Address | UnsetType | None = UNSET
    """The address that answers go to."""
    legal_name: Line | UnsetType | None = UNSET
    """What the organization is called on paper; null: its name."""
    address: Lines | UnsetType | None = UNSET
    """Its postal address, in lines."""
    tax_id: Line | UnsetType | None = UNSET
    """Its number with the tax office."""
    signer_name: Line | UnsetType | None = UNSET
    """Who signs."""
    signer_title: Line | UnsetType | None = UNSET
    """What they are."""
    logo: Annotated[str, Meta(max_length=90_000)] | UnsetType | None = UNSET
    """A PNG or JPEG of at most 64 KiB, in base64; null takes it away."""
    templates: dict[str, Template | None] | UnsetType = UNSET
    """Texts by name; null brings the default back. `GET /api/Receipt/setting` names them all."""


class VoidBody(Body):
    """Why a receipt is not to hold any more."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    """Why, in words; it is kept with the receipt."""
    reissue: bool = True
    """Whether another takes its place."""


class ResendBody(OptionalBody):
    """Where a receipt is sent again."""

    email: Address | None = None
    """Another address than the donor's."""


class StatementRunBody(Body):
    """A round of statements for all donors of a year."""

    year: Year
    """The calendar year of the gifts, by their organization-local days."""
    is_mailed: bool = False
    """Whether each donor who has an address gets theirs by mail, but for those who were sent one of this year with the same sums."""
    mails_again: bool = False
    """Whether those get theirs too."""


class AcknowledgeBody(OptionalBody):
    """How a gift was thanked for."""

    date: Day | None = None
    """The day; today when left out."""
    note: Annotated[str, Meta(max_length=500)] | None = None
    """How, in words."""
