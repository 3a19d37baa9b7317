"""Donors who are linked to a contact that seems to be somebody else. A key that is given makes a link, whoever it names; so that is told, and stops nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.database import Tx
from almoner.sync.entities.donor import giver_of

PORTION = 1_000
_KEY = re.compile("[0-9]{1,18}", re.ASCII)
"""What can be the id of a contact; what else stands there by a fault of the database links to nobody."""


async def strangers(tx: Tx, donor_ids: Sequence[int]) -> dict[int, int]:
    """Those of the donors who are linked to a contact with another e-mail address and another name, with its id.

    Whom staff linked or confirmed in the console is not among them, nor who has nothing in common with the contact to be compared by.
    """
    donors = (await giving.donor_facts(tx, donor_ids)).values()
    linked = [donor for donor in donors if donor.crm_linked and _KEY.fullmatch(donor.crm_key or "")]
    givers = [giver_of(donor, int(donor.crm_key or 0)) for donor in linked]
    unlike = await crm.unlike(tx, givers) if givers else []
    found = {
        donor.id: giver.contact_id
        for donor, giver, is_unlike in zip(linked, givers, unlike, strict=True)
        if is_unlike
    }
    confirmed = await giving.linked_by_staff(tx, list(found)) if found else set()
    return {donor_id: found[donor_id] for donor_id in found if donor_id not in confirmed}


async def all_strangers(tx: Tx) -> dict[int, int]:
    """The same of all donors of the organization. Reads every one that is linked."""
    found: dict[int, int] = {}
    last = 0
    while donor_ids := await giving.linked_donors(tx, last, PORTION):
        found |= await strangers(tx, donor_ids)
        last = donor_ids[-1]
    return found
