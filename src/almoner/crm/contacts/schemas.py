"""The wire shapes of a contact (crm-api.md 6, 8.1 and appendix A), for the fields that this version keeps."""

from __future__ import annotations

import msgspec
from msgspec import field

from almoner.crm.contacts.rules import Address, Contact, Individual, Method
from almoner.crm.wire import link, short_text
from almoner.kernel.money import format_amount
from almoner.kernel.wire import local_text
from almoner.platform.wire import View

NO_GIFT = "Unavailable"


class ContactMethodView(View, kw_only=True):
    """A way to reach a person."""

    id: int
    type: str
    value: str
    is_opted_in: bool
    is_primary: bool
    can_be_primary: bool


class ContactAddressView(View, kw_only=True):
    """A postal address, in use all year."""

    id: int
    label: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country: str | None
    is_primary: bool
    can_be_primary: bool
    start_month: int = 1
    start_day: int = 1
    end_month: int = 12
    end_day: int = 31


class ContactIndividualView(View, kw_only=True):
    """A person of a contact."""

    id: int
    contact_id: int
    prefix: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None
    gender: str | None = None
    is_primary: bool
    can_be_primary: bool
    is_secondary: bool = False
    can_be_secondary: bool
    birth_month: int | None = None
    birth_day: int | None = None
    birth_year: int | None = None
    birth_date: str | None = None
    approximate_age: int | None = None
    is_deceased: bool = False
    passion: str | None = None
    avatar_url: str | None = None
    contact_methods: list[ContactMethodView]
    create_date_time_utc: str
    modified_date_time_utc: str
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    custom_collections: list[dict[str, str]] = field(default_factory=list)


class ContactReferenceView(View, kw_only=True):
    """The key a contact has in another system."""

    source: str
    id: str


class ContactView(View, kw_only=True):
    """A contact as a search finds it. What this version does not keep is null or empty."""

    id: int
    contact_type: str
    is_private: bool
    name: str
    informal_name: str | None
    description: str | None
    website: str | None
    marital_status: str | None = None
    anniversary_month: int | None = None
    anniversary_day: int | None = None
    anniversary_year: int | None = None
    merged_into_contact_id: int | None
    address: ContactAddressView | None
    gift_ask_amount: str | None = None
    gift_ask_type: str | None = None
    life_to_date_giving: str
    year_to_date_giving: str
    last_gift_amount: str
    last_gift_date: str
    contact_individuals: list[ContactIndividualView]
    contact_gifts_url: str
    contact_passthrough_gifts_url: str
    contact_planned_gifts_url: str
    contact_recurring_gifts_url: str
    contact_important_notes_url: str
    contact_notes_url: str
    contact_tags_url: str
    contact_relationships_url: str
    primary_avatar_url: str | None = None
    contact_references: list[ContactReferenceView]
    origin_segment_id: int | None = None
    origin_segment: str | None = None
    create_date_time_utc: str
    created_by_user: str | None = None
    modified_date_time_utc: str
    modified_by_user: str | None = None
    tags: list[str] = field(default_factory=list)
    organization_groups: list[str] = field(default_factory=list)
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    custom_collections: list[dict[str, str]] = field(default_factory=list)


class FollowedContactView(ContactView, kw_only=True):
    """A contact as it is read by its id or reference: with whether the caller follows it. A token follows none."""

    is_current_user_following: bool = False


def contact_view(contact: Contact) -> ContactView:
    """`contact` as the wire has it."""
    giving, address = contact.giving, contact.address
    last_currency = giving.last_currency or giving.currency
    return ContactView(
        id=contact.id,
        contact_type=contact.contact_type,
        is_private=contact.is_private,
        name=contact.name,
        informal_name=contact.informal_name,
        description=contact.description,
        website=contact.website,
        merged_into_contact_id=contact.merged_into_id,
        address=None if address is None else _address(address),
        life_to_date_giving=format_amount(giving.life_minor, giving.currency),
        year_to_date_giving=format_amount(giving.year_minor, giving.currency),
        last_gift_amount=format_amount(giving.last_minor or 0, last_currency),
        last_gift_date=NO_GIFT if giving.last_on is None else short_text(giving.last_on),
        contact_individuals=[_individual(person) for person in contact.individuals],
        contact_gifts_url=link("Gift/ByContact", contact.id),
        contact_passthrough_gifts_url=link("Gift/Passthrough/ByContact", contact.id),
        contact_planned_gifts_url=link("PlannedGift/ByContact", contact.id),
        contact_recurring_gifts_url=link("RecurringGift/ByContact", contact.id),
        contact_important_notes_url=link("ContactNote/Important/ByContact", contact.id),
        contact_notes_url=link("ContactNote/ByContact", contact.id),
        contact_tags_url=link("ContactTag/ByContact", contact.id),
        contact_relationships_url=link("Relationship/ByContact", contact.id),
        contact_references=[
            ContactReferenceView(source=r.source, id=r.reference_id) for r in contact.references
        ],
        create_date_time_utc=local_text(contact.created_at),
        modified_date_time_utc=local_text(contact.modified_at),
    )


def followed_contact_view(contact: Contact) -> FollowedContactView:
    """`contact` as the wire has it, with whether the caller follows it."""
    return FollowedContactView(**msgspec.structs.asdict(contact_view(contact)))


def _address(address: Address) -> ContactAddressView:
    return ContactAddressView(
        id=address.id,
        label=address.label,
        address1=address.address1,
        address2=address.address2,
        city=address.city,
        state=address.state,
        postal=address.postal,
        country=address.country,
        is_primary=address.is_primary,
        can_be_primary=not address.is_primary,
    )


def _individual(person: Individual) -> ContactIndividualView:
    return ContactIndividualView(
        id=person.id,
        contact_id=person.contact_id,
        prefix=person.prefix,
        first_name=person.first_name,
        middle_name=person.middle_name,
        last_name=person.last_name,
        suffix=person.suffix,
        is_primary=person.is_primary,
        can_be_primary=not person.is_primary,
        can_be_secondary=not person.is_primary,
        contact_methods=[_method(method) for method in person.methods],
        create_date_time_utc=local_text(person.created_at),
        modified_date_time_utc=local_text(person.modified_at),
    )


def _method(method: Method) -> ContactMethodView:
    return ContactMethodView(
        id=method.id,
        type=method.type,
        value=method.value,
        is_opted_in=method.is_opted_in,
        is_primary=method.is_primary,
        can_be_primary=not method.is_primary,
    )
