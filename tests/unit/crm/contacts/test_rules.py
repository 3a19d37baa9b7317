"""Who looks like one, who does not, and who cannot be compared."""

from __future__ import annotations

import pytest

from almoner.crm.contacts.rules import Giver, Identity, resemble

BO = Identity(name="Bo Moss", last_names=["Moss", "Reed"], emails=["bo@example.org"])


@pytest.mark.parametrize(
    ("name", "email", "is_organization", "is_one"),
    [
        ("Moss", "ada@example.org", False, True),
        ("  REED ", None, False, True),
        ("Example", "BO@example.org", False, True),
        (None, "bo@example.org", False, True),
        ("bo moss", None, True, True),
        ("Moss", None, True, False),
        ("Example", "ada@example.org", False, False),
        ("Example", None, False, False),
        (None, "ada@example.org", False, False),
        (None, None, False, None),
    ],
)
def test_address_or_name_are_enough(
    name: str | None, email: str | None, is_organization: bool, is_one: bool | None
) -> None:
    giver = Giver(contact_id=1, is_organization=is_organization, name=name, email=email)
    assert resemble(giver, BO) is is_one


def test_who_has_nothing_in_common_to_be_compared_by_is_neither() -> None:
    nameless = Identity(name="bo@example.org", last_names=[], emails=["bo@example.org"])
    assert resemble(Giver(contact_id=1, is_organization=False, name="Example", email=None), nameless) is None
