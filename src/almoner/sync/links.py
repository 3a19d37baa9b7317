"""Donors who are linked to a contact that seems to be somebody else, and whose link is not what the CRM takes them for.

A key that is given makes a link, whoever it names; so that is told, and stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from almoner.crm import contract as crm
from almoner.giving import contract as giving
from almoner.platform.database import Tx
from almoner.sync.entities.donor import SOURCE, giver_of

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


async def astray(tx: Tx, donor_ids: Sequence[int]) -> dict[int, int]:
    """Those of the donors for whom the CRM means another contact than their link names, with the contact that it means.

    Who is merged or erased is looked for by nobody, and is not among them.
    """
    donors = (await giving.donor_facts(tx, donor_ids)).values()
    linked = [one for one in donors if one.crm_linked and one.survivor_id is None and one.erased_at is None]
    meant = await crm.contacts_meant(tx, SOURCE, [str(donor.id) for donor in linked])
    return {
        donor.id: contact_id
        for donor in linked
        if (contact_id := meant.get(str(donor.id))) is not None and not donor.is_linked_to(contact_id)
    }


async def all_strangers(tx: Tx) -> dict[int, int]:
    """All `strangers` of the organization. Reads every donor that is linked."""
    return await _of_all(tx, strangers)


async def all_astray(tx: Tx) -> dict[int, int]:
    """All `astray` of the organization. Reads every donor that is linked."""
    return await _of_all(tx, astray)


async def _of_all(tx: Tx, look: Callable[[Tx, Sequence[int]], Awaitable[dict[int, int]]]) -> dict[int, int]:
    found: dict[int, int] = {}
    last = 0
    while donor_ids := await giving.linked_donors(tx, last, PORTION):
        found |= await look(tx, donor_ids)
        last = donor_ids[-1]
    return found
