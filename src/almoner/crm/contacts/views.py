"""The wire shapes of a contact (crm-api.md 6, 8.1 and appendix A), for the fields that this version keeps."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from msgspec import field

from almoner.crm.wire import StampedView, link, short_text, stamps
from almoner.kernel.figures import by_currency
from almoner.kernel.money import format_amount
from almoner.platform.wire import View, fill, rows_of

V = TypeVar("V", bound="ContactView")

NO_GIFT = "Unavailable"

LINKS = {
    "contact_gifts_url": "Gift/ByContact",
    "contact_passthrough_gifts_url": "Gift/Passthrough/ByContact",
    "contact_planned_gifts_url": "PlannedGift/ByContact",
    "contact_recurring_gifts_url": "RecurringGift/ByContact",
    "contact_important_notes_url": "ContactNote/Important/ByContact",
    "contact_notes_url": "ContactNote/ByContact",
    "contact_tags_url": "ContactTag/ByContact",
    "contact_relationships_url": "Relationship/ByContact",
}
"""Lists that hang on a contact, and where they are."""


@cache
def _link_starts(crm_url: str) -> dict[str, str]:
    """How each link begins, before the contact's id."""
    return {name: link(crm_url, path, "") for name, path in LINKS.items()}


class ContactMethodView(StampedView, kw_only=True):
    """A way to reach a person."""

    id: int
    """The id of the contact method."""
    type: str
    """What kind of address it is."""
    value: str
    """The e-mail address or phone number."""
    is_opted_in: bool
    """Whether the person agreed to be reached by it."""
    is_primary: bool
    """Whether it is the first of its kind to use."""
    can_be_primary: bool
    """Whether it may be made the first one."""


class ContactAddressView(StampedView, kw_only=True):
    """A postal address, in use all year."""

    id: int
    """The id of the address."""
    label: str | None
    """What the address is called."""
    address1: str | None
    """The first line."""
    address2: str | None
    """The second line."""
    city: str | None
    """The city."""
    state: str | None
    """The state or province."""
    postal: str | None
    """The postal code."""
    country: str | None
    """The country."""
    is_primary: bool
    """Whether it is the address to write to."""
    can_be_primary: bool
    """Whether it may be made the one to write to."""
    start_month: int = 1
    """The month from which it is used each year."""
    start_day: int = 1
    """The day of that month."""
    end_month: int = 12
    """The month until which it is used each year."""
    end_day: int = 31
    """The day of that month."""


class ContactIndividualView(StampedView, kw_only=True):
    """A person of a contact."""

    id: int
    """The id of the person."""
    contact_id: int
    """The contact that the person belongs to."""
    prefix: str | None
    """The title before the name."""
    prefix2: str = ""
    """A second title; not kept yet."""
    first_name: str | None
    """The first name."""
    middle_name: str | None
    """The middle name."""
    last_name: str | None
    """The last name."""
    suffix: str | None
    """What follows the name."""
    pre_marriage_name: str = ""
    """The name before marriage; not kept yet."""
    nickname: str = ""
    """What the person is called; not kept yet."""
    gender: str | None = None
    """The gender; not kept yet."""
    is_primary: bool
    """Whether this is the contact's first person."""
    can_be_primary: bool
    """Whether the person may be made the first one."""
    is_secondary: bool = False
    """Whether this is the contact's second person."""
    can_be_secondary: bool
    """Whether the person may be made the second one."""
    birth_month: int | None = None
    """The month of birth; not kept yet."""
    birth_day: int | None = None
    """The day of birth; not kept yet."""
    birth_year: int | None = None
    """The year of birth; not kept yet."""
    birth_date: str | None = None
    """The date of birth; not kept yet."""
    approximate_age: int | None = None
    """The age; not kept yet."""
    is_deceased: bool = False
    """Whether the person has died; not kept yet."""
    deceased_date: str = ""
    """The day of death; not kept yet."""
    passion: str | None = None
    """What the person cares for; not kept yet."""
    avatar_url: str | None = None
    """A picture of the person; not kept yet."""
    contact_methods: list[ContactMethodView]
    """How the person is reached."""
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    """Fields of the organization's own; not kept yet."""
    custom_collections: list[dict[str, str]] = field(default_factory=list)
    """Collections of the organization's own; not kept yet."""


class ContactReferenceView(View, kw_only=True):
    """The key a contact has in another system."""

    source: str
    """The other system."""
    id: str
    """The key that the contact has there."""


class ContactGivingView(View, kw_only=True):
    """What a contact gave in one currency. An extension: no rate is known by which currencies could be added up."""

    currency_code: str
    """The currency, by its code in ISO 4217."""
    life_to_date_giving: str
    """All that was given in it, formatted."""
    year_to_date_giving: str
    """What was given in it in the organization's present year, formatted."""


class ContactView(StampedView, kw_only=True):
    """A contact as a search finds it. What this version does not keep is null or empty."""

    id: int
    """The id of the contact."""
    contact_type: str
    """What the contact is."""
    is_private: bool
    """Whether it is left out of what others see."""
    name: str
    """The name to show."""
    informal_name: str | None
    """The name to greet with."""
    formal_contact_name: str | None = None
    """The name in full; not kept yet."""
    alternate_contact_name: str | None = None
    """Another name; not kept yet."""
    preferred_salutation_name: str | None = None
    """The name that letters greet; not kept yet."""
    preferred_addressee_name: str | None = None
    """The name that letters are addressed to; not kept yet."""
    description: str | None
    """What is noted about the contact."""
    website: str | None
    """The contact's website."""
    marital_status: str | None = None
    """The marital status; not kept yet."""
    anniversary_month: int | None = None
    """The month of the anniversary; not kept yet."""
    anniversary_day: int | None = None
    """The day of the anniversary; not kept yet."""
    anniversary_year: int | None = None
    """The year of the anniversary; not kept yet."""
    merged_into_contact_id: int | None
    """The contact that this one was merged into; null when it stands for itself."""
    address: ContactAddressView | None
    """The address to write to; null when none is known."""
    gift_ask_amount: str | None = None
    """How much is asked of the contact; not kept yet."""
    gift_ask_type: str | None = None
    """How often it is asked; not kept yet."""
    life_to_date_giving: str
    """All that was given in the organization's base currency, formatted."""
    year_to_date_giving: str
    """What was given in the base currency in the organization's present year, formatted."""
    giving_by_currency: list[ContactGivingView]
    """An extension: what was given, each currency by itself."""
    last_gift_amount: str
    """The amount of the last gift, formatted in its own currency."""
    last_gift_date: str
    """The day of the last gift (`12/7/2023`); `Unavailable` when there is none."""
    contact_individuals: list[ContactIndividualView]
    """The persons of the contact."""
    contact_gifts_url: str
    """The address at which the contact's gifts are listed."""
    contact_passthrough_gifts_url: str
    """Where gifts passed through the contact are listed; not served yet."""
    contact_planned_gifts_url: str
    """Where the contact's planned gifts are listed; not served yet."""
    contact_recurring_gifts_url: str
    """Where the contact's recurring gifts are listed."""
    contact_important_notes_url: str
    """Where the important notes about the contact are listed."""
    contact_notes_url: str
    """Where all notes about the contact are listed."""
    contact_tags_url: str
    """Where the contact's tags are listed; not served yet."""
    contact_relationships_url: str
    """Where the contact's relationships are listed; not served yet."""
    primary_avatar_url: str | None = None
    """A picture of the contact; not kept yet."""
    contact_references: list[ContactReferenceView]
    """The keys that the contact has in other systems."""
    origin_segment_id: int | None = None
    """The segment that brought the contact; not kept yet."""
    origin_segment: str | None = None
    """The name of that segment; not kept yet."""
    tags: list[str] = field(default_factory=list)
    """The contact's tags; not kept yet."""
    organization_groups: list[str] = field(default_factory=list)
    """The groups that the contact is in; not kept yet."""
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    """Fields of the organization's own; not kept yet."""
    custom_collections: list[dict[str, str]] = field(default_factory=list)
    """Collections of the organization's own; not kept yet."""


class FollowedContactView(ContactView, kw_only=True):
    """A contact as it is read by its id or reference: with whether the caller follows it. A token follows none."""

    is_current_user_following: bool = False
    """Whether the caller follows the contact. A token follows none."""


def contact_view(row: Any, base_currency: str, view: type[V], crm_url: str) -> V:
    """A row of the statement `records` as the wire has it, with what the contact gave in the base currency.

    What it gave in others stands in `givingByCurrency` alone. Links lead to the API at `crm_url`.
    """
    contact_id, by_code = str(row["id"]), by_currency(row)
    own = _giving(base_currency, *by_code.get(base_currency, (0, 0)))
    said = {name: start + contact_id for name, start in _link_starts(crm_url).items()}
    return fill(
        view,
        row,
        address=None if row["address"] is None else _address(rows_of(row["address"])[0]),
        life_to_date_giving=own.life_to_date_giving,
        year_to_date_giving=own.year_to_date_giving,
        giving_by_currency=[_giving(code, *figures) for code, figures in by_code.items()],
        last_gift_amount=format_amount(row["last_minor"] or 0, row["last_currency"] or base_currency),
        last_gift_date=NO_GIFT if row["last_on"] is None else short_text(row["last_on"]),
        contact_individuals=[_individual(person) for person in rows_of(row["individuals"])],
        contact_references=[fill(ContactReferenceView, key) for key in rows_of(row["contact_references"])],
        **stamps(row),
        **said,
    )


def _giving(currency: str, life: int, year: int) -> ContactGivingView:
    return ContactGivingView(
        currency_code=currency,
        life_to_date_giving=format_amount(life, currency),
        year_to_date_giving=format_amount(year, currency),
    )


def _address(row: dict[str, Any]) -> ContactAddressView:
    return fill(ContactAddressView, row, can_be_primary=not row["is_primary"], **stamps(row))


def _individual(row: dict[str, Any]) -> ContactIndividualView:
    return fill(
        ContactIndividualView,
        row,
        can_be_primary=not row["is_primary"],
        can_be_secondary=not row["is_primary"],
        contact_methods=[
            fill(ContactMethodView, method, can_be_primary=not method["is_primary"], **stamps(method))
            for method in row["methods"]
        ],
        **stamps(row),
    )
