"""A donor is a contact of the CRM (raise-api.md 5, crm-api.md 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.crm.contract import EraseContact, Giver, Key, MergeContacts, Person, PutContact, Reach
from almoner.giving import contract as giving
from almoner.giving.contract import Donor, Unreadable
from almoner.kernel.places import country_name, state_code
from almoner.platform.database import Tx
from almoner.platform.wire import fill
from almoner.sync.rules import Reason, Wanted, donor_hold

SOURCE = "RaiseDonors"
"""Reference source of contacts and transaction source of gifts that come from giving (raise-api.md 5.2)."""


def giver_key(donor_id: int) -> Key:
    """A donor as the CRM refers to it."""
    return Key(SOURCE, str(donor_id))


def giver_of(donor: Donor, contact_id: int) -> Giver:
    """A donor as one who may be this contact."""
    return Giver(
        contact_id=contact_id,
        is_organization=donor.is_organization,
        name=donor.organization_name if donor.is_organization else donor.last_name,
        email=donor.email,
    )


class DonorEntity:
    """Donors go with the first of their gifts that does; from then on their changes do."""

    name = "donor"
    page = "Contact"
    kinds = frozenset({giving.DONOR_CREATED, giving.DONOR_UPDATED})

    async def facts(self, tx: Tx, ids: Sequence[int]) -> dict[int, Donor]:
        """Donors as they are now, by id."""
        return await giving.donor_facts(tx, ids)

    async def unreadable(self, tx: Tx, ids: Sequence[int]) -> dict[int, Unreadable]:
        """What is left of donors who cannot be read in full."""
        return await giving.unreadable_donors(tx, ids)

    def donor_id(self, donor: Donor) -> int:
        """Itself."""
        return donor.id

    def made_at(self, donor: Donor) -> datetime:
        """When it was made (UTC)."""
        return donor.created_at

    def hold(self, donor: Donor, wanted: Wanted, integration: str) -> tuple[Reason, None] | None:
        """Why a donor does not go by itself: it has no gift there, or there is no CRM."""
        if wanted.done and integration != "none":
            return None
        return donor_hold(integration=integration, is_test_mode=donor.is_test_mode), None

    def change(self, donor: Donor) -> PutContact | MergeContacts | EraseContact:
        """The contact a donor asks for: a household, or an organization; of one that was merged, that its contact is the other's; of
        one that is erased, that it is forgotten.
        """
        if donor.erased_at is not None:
            return EraseContact(key=giver_key(donor.id), version=donor.version)
        if donor.survivor_id is not None:
            key, into = giver_key(donor.id), giver_key(donor.survivor_id)
            return MergeContacts(key=key, version=donor.version, into=into)
        return PutContact(
            key=giver_key(donor.id),
            version=donor.version,
            seeded=donor.crm_key,
            is_apart=donor.was_merged,
            contact_type="Organization" if donor.is_organization else "Household",
            name=donor.name or None,
            person=fill(Person, donor, prefix=donor.title),
            reach=fill(
                Reach,
                donor,
                state=state_code(donor.state, donor.country),
                country=country_name(donor.country),
            ),
        )

    def money(self, _donor: Donor) -> tuple[None, None]:
        """A donor is no money."""
        return None, None

    def awaited(self, _donor: Donor) -> None:
        """It waits for no gift."""
        return


DONOR = DonorEntity()
