"""Gather the causes, and mend them: through the services that the APIs call, so that events and rules are the same."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from almoner.crm.projects import service as crm_projects
from almoner.crm.projects.errors import ProjectCodeTaken
from almoner.giving.donors.rules import STAFF, Donor
from almoner.giving.donors.service import change_donor, hold_donor, read_donors
from almoner.giving.projects.service import name_of
from almoner.kernel.errors import Conflict, NotFound
from almoner.platform.database import Tx
from almoner.sync import service as sync
from almoner.sync.triage import service as triage
from almoner.sync.triage.service import Cause

NAME_MAX = 75
"""Letters of a name, as the API takes it (raise-api.md 3.1)."""


@dataclass(frozen=True, slots=True)
class Causes:
    """A page of what to mend, the latest first, with how many causes there are, and the donors whom a cause alone concerns."""

    causes: list[Cause]
    total: int
    donors: dict[int, Donor]


async def read_causes(tx: Tx, skip: int, *, shows_donors: bool) -> Causes:
    """Causes for which something failed, after so many of them; donors only where the visitor may read those."""
    page = await triage.causes(tx, skip)
    ids = [cause.donor_id for cause in page.items if cause.donor_id is not None and shows_donors]
    return Causes(page.items, page.total, await read_donors(tx, ids))


async def open_project(tx: Tx, code: str, now: datetime) -> str:
    """Have the CRM take gifts of the project with this code: make it by giving's name for it, or activate it.

    What failed for it is due at once. One that is there and open stays as it is; one that giving does not know is not made.
    Answers what became of it.
    """
    try:
        project = await crm_projects.read_project_by_code(tx, code, now)
    except NotFound:
        name = await name_of(tx, code)
        if name is None:
            return "no-project"
        said = {"name": name, "project_code": code}
        # Somebody who pressed at the same moment has made it: that is what was wanted.
        with contextlib.suppress(ProjectCodeTaken):
            await crm_projects.create_project(tx, said, now)
    else:
        await crm_projects.set_active(tx, project.id, active=True, now=now)
    await triage.heal(tx, now)
    return "project"


async def name_donor(tx: Tx, donor_id: int, last_name: str, now: datetime) -> str:
    """Give a donor who has none a last name; answers what became of it. `NotFound` without the donor."""
    name = last_name.strip()
    if not name:
        return "no-name"
    if len(name) > NAME_MAX:
        return "long-name"
    donor = await hold_donor(tx, donor_id)
    if donor.last_name or donor.organization_name:
        return "named" if donor.last_name == name else "has-name"
    await change_donor(tx, donor_id, {"last_name": name}, now, by=STAFF)
    return "named"


async def retry(tx: Tx, entity: str, record_id: int, now: datetime) -> str:
    """Try one record again; answers what became of it."""
    try:
        await sync.retry(tx, entity, record_id, now)
    except Conflict:
        return "settled"
    return "retried"
