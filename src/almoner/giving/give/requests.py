"""The wire shape of `POST /api/Raise/give` (raise-api.md 3.4). Fields marked extension are ours."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from almoner.giving.gifts.extras import TRIBUTE_TYPES
from almoner.giving.gifts.requests import Amount, GiftProjectBody
from almoner.giving.payments.rules import PAYMENT_TYPE_LABELS
from almoner.giving.people import Line, PersonBody
from almoner.kernel.ids import ID_MAX
from almoner.platform.custom_fields.requests import CustomFields
from almoner.platform.wire import Body, Day, labelled, one_of

Code = Annotated[str, Meta(max_length=100)]
Key = Annotated[str, Meta(min_length=1, max_length=255)]
RecordId = Annotated[int, Meta(ge=1, le=ID_MAX)]


class GiveDonorBody(PersonBody):
    """Who gives. Found by e-mail, or (extension) by `sourceSystem` and `sourceKey` when there is no e-mail.

    `countryString`, as answers have it, is taken for `country`.
    """

    also_called: ClassVar[Mapping[str, str]] = {"countryString": "country"}

    email: Line | None = None
    """The e-mail address: who gave with it before is the same donor."""
    is_organization: bool = False
    """Whether the donor is an organization."""
    crm_key: Key | None = None
    """The id of the contact in the CRM that the donor is, bare or as `crmKeyUrls` shows it; a donor who has a key keeps that one."""
    source_system: Key | None = None
    """An extension: the system that the donor is brought over from."""
    source_key: Key | None = None
    """An extension: the key that the donor has there; it stands for an e-mail address."""
    custom_fields: CustomFields | None = None
    """An extension: values of the organization's own fields. A known donor gets those that it has nothing of."""


class AddressBody(Body):
    """An address that comes with a gift. `countryString`, as answers have it, is taken for `country`."""

    also_called: ClassVar[Mapping[str, str]] = {"countryString": "country"}

    address1: Line | None = None
    """The first line."""
    address2: Line | None = None
    """The second line."""
    city: Line | None = None
    """The city."""
    state: Line | None = None
    """The state or province."""
    postal: Annotated[str, Meta(max_length=20)] | None = None
    """The postal code."""
    country: Line | None = None
    """The country."""


class TributeBody(Body, kw_only=True):
    """In whose honor or memory a gift is given, and who is to be told of it."""

    type: Annotated[str, one_of(TRIBUTE_TYPES), Meta(max_length=100)] = "InHonorOf"
    """Whether it honors or remembers."""
    name: Line
    """Who is honored or remembered."""
    message: Annotated[str, Meta(max_length=4000)] | None = None
    """What the donor says to whom it is told."""
    notify_name: Line | None = None
    """Who is to be told of it."""
    notify_email: Line | None = None
    """The e-mail address of whom to tell."""
    notify_address: Annotated[str, Meta(max_length=1000)] | None = None
    """The postal address of whom to tell."""


class GiveBody(Body):
    """A donation. `date`, `transactionSource` and `transactionId` are extensions, for bringing gifts over."""

    mistaken: ClassVar[Mapping[str, str]] = {
        "currency": "currencyCode",
        "testmode": "isTestMode",
        "istest": "isTestMode",
        "project": "projects",
        "projectid": "projects",
        "projectcode": "projects",
        "designations": "projects",
        "giftdesignations": "projects",
    }
    """Names of other systems and of our own answers that decide about money: to pass one by would book another gift than was meant."""

    amount: Amount
    """What is given, in `currencyCode`, without `costs`: positive, with no more decimal places than the currency has."""
    payment_method_id: Annotated[str, Meta(min_length=1, max_length=255)]
    """The token that the donor's browser got from the processor."""
    donor: GiveDonorBody
    """Who gives."""
    payment_method_type: Annotated[int, Meta(ge=0, le=14), labelled(PAYMENT_TYPE_LABELS)] | None = None
    """What the payment is: 0 credit card, 1 bank transfer, 2 check, 3 cash, 4 to 14 other. The processor's own word stands."""
    currency_code: Annotated[str, Meta(max_length=10)] | None = None
    """The currency, by its code in ISO 4217, in whatever case. The form's, else the organization's base currency when it is left out."""
    projects: list[GiftProjectBody] = msgspec.field(default_factory=list)
    """The split, which sums to the amount; the form's own split, else the default project takes all when it is empty."""
    donor_paid_costs: bool | None = None
    """Whether the donor covers the costs of the payment too: it goes with `costs`."""
    costs: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})] | None = None
    """The costs that the donor covers, on top of `amount`: both are charged, and the gift's amount is their sum."""
    form_id: RecordId | None = None
    """The form that the gift came by: it says campaign, segment, split, currency, motivation code and premium where the gift does not."""
    campaign_id: RecordId | None = None
    """The campaign that the gift is made in; that of its form or segment when it is left out."""
    segment_id: RecordId | None = None
    """The segment that the gift is of."""
    segment_code: Code | None = None
    """The same by its code, in whatever case. A code that no segment has is kept as it is written."""
    motivation_code: Code | None = None
    """The motivation code, kept as it is written."""
    premium_id: RecordId | None = None
    """The premium that the donor gets in return; one is taken out of its stock."""
    tribute: TributeBody | None = None
    """In whose honor or memory it is given."""
    gift_aid_requested: bool = False
    """Whether tax is to be claimed back for it."""
    billing_name: Line | None = None
    """The name that the payment is billed to."""
    billing_address: AddressBody | None = None
    """The address that it is billed to."""
    shipping_name: Line | None = None
    """The name that something is sent to."""
    shipping_address: AddressBody | None = None
    """The address that it is sent to."""
    submission_url: Annotated[str, Meta(max_length=2000)] | None = None
    """The address of the page that the gift came from."""
    browser_info: Annotated[dict[str, str], Meta(max_length=20)] | None = None
    """What the donor's browser says of itself: name, version and so on, of 500 characters each at most."""
    utm_source: Line | None = None
    """What brought the donor to the page."""
    utm_medium: Line | None = None
    """By which way."""
    utm_campaign: Line | None = None
    """For which campaign of marketing."""
    utm_term: Line | None = None
    """By which words."""
    utm_content: Line | None = None
    """By which of several links."""
    google_gclid: Annotated[str, Meta(max_length=255)] | None = None
    """Google's own mark of a click."""
    crm_key: Key | None = None
    """The id of the donor's contact in the CRM, bare or as `crmKeyUrls` shows it. A donor who has a key already keeps that one: to change it is for
    `PATCH /api/Donor/{donorId}`.
    """
    is_anonymous: bool = False
    """Whether the donor wishes not to be named."""
    is_test_mode: bool = False
    """Whether to pretend: nothing is paid, and the gift never reaches the CRM."""
    is_recurring: bool = False
    """Whether to give again and again; not served yet."""
    frequency: Annotated[int, Meta(extra_json_schema={"enum": [0, 1, 2, 4, 12, 26, 52, 100]})] | None = None
    """How often to give; not served yet."""
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    """What staff note about the gift."""
    comment: Annotated[str, Meta(max_length=4000)] | None = None
    """What the donor says."""
    date: Day | None = None
    """An extension: the organization-local day of a gift that is brought over, as `2024-12-31`. Today when it is left out."""
    transaction_source: Key | None = None
    """An extension: the system that the gift is brought over from."""
    transaction_id: Key | None = None
    """An extension: the key that the gift has there; the same gift again is answered with the first."""
