"""A contact has exactly the documented keys and those we added, and tells its giving as text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from almoner.crm.contacts.views import ContactView, FollowedContactView, contact_view
from almoner.platform.http import encode_json
from almoner.platform.wire import View

NOW = datetime(2023, 12, 7, 16, 10, 47, 17_000, tzinfo=UTC)

CONTACT_KEYS = """id contactType isPrivate name informalName formalContactName
alternateContactName preferredSalutationName preferredAddresseeName description website maritalStatus anniversaryMonth
anniversaryDay anniversaryYear mergedIntoContactId address giftAskAmount giftAskType lifeToDateGiving yearToDateGiving
lastGiftAmount lastGiftDate contactIndividuals contactGiftsUrl contactPassthroughGiftsUrl contactPlannedGiftsUrl
contactRecurringGiftsUrl contactImportantNotesUrl contactNotesUrl contactTagsUrl contactRelationshipsUrl
primaryAvatarUrl contactReferences originSegmentId originSegment createDateTimeUtc createdByUser modifiedDateTimeUtc
modifiedByUser tags organizationGroups customFields customCollections"""
ADDED_KEYS = ["givingByCurrency"]
INDIVIDUAL_KEYS = """id contactId prefix prefix2 firstName middleName lastName suffix preMarriageName nickname gender isPrimary canBePrimary isSecondary
canBeSecondary birthMonth birthDay birthYear birthDate approximateAge isDeceased deceasedDate passion avatarUrl contactMethods
createDateTimeUtc createdByUser modifiedDateTimeUtc modifiedByUser customFields customCollections"""
AUDIT_KEYS = " createDateTimeUtc createdByUser modifiedDateTimeUtc modifiedByUser"
METHOD_KEYS = "id type value isOptedIn isPrimary canBePrimary" + AUDIT_KEYS
ADDRESS_KEYS = """id label address1 address2 city state postal country isPrimary canBePrimary startMonth startDay
endMonth endDay"""
ADDRESS_KEYS = f"{ADDRESS_KEYS} {AUDIT_KEYS}"

STAMPS = {"created_at": NOW.isoformat(), "modified_at": NOW.isoformat()}
PERSON = {
    "id": 5,
    "contact_id": 4,
    "prefix": None,
    "first_name": "Ada",
    "middle_name": None,
    "last_name": "Example",
    "suffix": None,
    "is_primary": True,
    "methods": [
        {
            "id": 6,
            "type": "Home Email",
            "value": "ada@example.org",
            "is_opted_in": True,
            "is_primary": True,
            **STAMPS,
        }
    ],
    **STAMPS,
}
ADDRESS = {
    "id": 8,
    "label": "Home",
    "address1": "1 Way",
    "address2": None,
    "city": "Town",
    "state": "MA",
    "postal": "02101",
    "country": "United States",
    "is_primary": True,
    **STAMPS,
}
CONTACT: dict[str, Any] = {
    "id": 4,
    "contact_type": "Household",
    "name": "Ada Example",
    "informal_name": "Ada Example",
    "description": None,
    "website": None,
    "is_private": False,
    "merged_into_contact_id": None,
    "created_at": NOW,
    "modified_at": NOW,
    "individuals": json.dumps([PERSON]),
    "address": json.dumps([ADDRESS]),
    "contact_references": json.dumps([{"source": "RaiseDonors", "id": "12"}]),
    "currencies": ["JPY", "USD"],
    "figures": [[Decimal(500), Decimal(0)], [Decimal(123_450), Decimal(1_050)]],
    "last_minor": 1_050,
    "last_currency": "USD",
    "last_on": date(2023, 12, 7),
}
NOTHING = {
    "address": None,
    "currencies": None,
    "figures": None,
    "last_minor": None,
    "last_currency": None,
    "last_on": None,
}


def sent(view: View) -> dict[str, Any]:
    """What goes out, with its numbers exact."""
    return dict(json.loads(encode_json(view), parse_float=Decimal))


def test_a_contact_has_the_documented_keys() -> None:
    contact = sent(contact_view(CONTACT, "USD", FollowedContactView, "https://crm.example.org"))
    assert set(contact) == {*CONTACT_KEYS.split(), *ADDED_KEYS, "isCurrentUserFollowing"}
    assert set(contact["contactIndividuals"][0]) == set(INDIVIDUAL_KEYS.split())
    assert set(contact["contactIndividuals"][0]["contactMethods"][0]) == set(METHOD_KEYS.split())
    assert set(contact["address"]) == set(ADDRESS_KEYS.split())
    assert contact["contactReferences"] == [{"source": "RaiseDonors", "id": "12"}]


def test_a_found_contact_lacks_only_the_following_flag() -> None:
    assert set(sent(contact_view(CONTACT, "USD", ContactView, "https://crm.example.org"))) == {
        *CONTACT_KEYS.split(),
        *ADDED_KEYS,
    }


def test_a_contact_tells_its_giving_as_text() -> None:
    contact = sent(contact_view(CONTACT, "USD", ContactView, "https://crm.example.org"))
    assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$1,234.50", "$10.50")
    assert (contact["lastGiftAmount"], contact["lastGiftDate"]) == ("$10.50", "12/7/2023")
    assert [tuple(each.values()) for each in contact["givingByCurrency"]] == [
        ("JPY", "JPY 500", "JPY 0"),
        ("USD", "$1,234.50", "$10.50"),
    ]


def test_a_contact_that_never_gave() -> None:
    contact = sent(contact_view({**CONTACT, **NOTHING}, "USD", ContactView, "https://crm.example.org"))
    assert (contact["lifeToDateGiving"], contact["lastGiftAmount"]) == ("$0.00", "$0.00")
    assert (contact["lastGiftDate"], contact["address"]) == ("Unavailable", None)
