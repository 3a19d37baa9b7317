"""The wire shapes of a contact (crm-api.md 6, 8.1 and appendix A), for the fields that this version keeps."""

from __future__ import annotations

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

_LINK_STARTS = {name: link(path, "") for name, path in LINKS.items()}


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


class ContactGivingView(View, kw_only=True):
    """What a contact gave in one currency. An extension: no rate is known by which currencies could be added up."""

    currency_code: str
    life_to_date_giving: str
    year_to_date_giving: str


class ContactView(StampedView, kw_only=True):
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
    giving_by_currency: list[ContactGivingView]
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
    tags: list[str] = field(default_factory=list)
    organization_groups: list[str] = field(default_factory=list)
    custom_fields: list[dict[str, str]] = field(default_factory=list)
    custom_collections: list[dict[str, str]] = field(default_factory=list)


class FollowedContactView(ContactView, kw_only=True):
    """A contact as it is read by its id or reference: with whether the caller follows it. A token follows none."""

    is_current_user_following: bool = False


def contact_view(row: Any, base_currency: str, view: type[V]) -> V:
    """A row of the statement `records` as the wire has it, with what the contact gave in the base currency.

    What it gave in others stands in `givingByCurrency` alone.
    """
    contact_id, by_code = str(row["id"]), by_currency(row)
    own = _giving(base_currency, *by_code.get(base_currency, (0, 0)))
    said = {name: start + contact_id for name, start in _LINK_STARTS.items()}
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
    return fill(ContactAddressView, row, can_be_primary=not row["is_primary"])


def _individual(row: dict[str, Any]) -> ContactIndividualView:
    return fill(
        ContactIndividualView,
        row,
        can_be_primary=not row["is_primary"],
        can_be_secondary=not row["is_primary"],
        contact_methods=[
            fill(ContactMethodView, method, can_be_primary=not method["is_primary"])
            for method in row["methods"]
        ],
        **stamps(row),
    )
