"""Which projects belong to a campaign, and from when to when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.crm.campaigns import service
from almoner.crm.campaigns.errors import ProjectInCampaign
from almoner.crm.campaigns.rules import membership_days
from almoner.crm.campaigns.views import CampaignProjectView, campaign_project_view
from almoner.crm.events import LOG
from almoner.crm.nearest import nearest_ones
from almoner.kernel.errors import FieldError, Invalid, NotFound, only
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

MEMBERSHIPS = Table(LOG, "crm.campaign_project")
SORTS = {"id": "id", "fromdate": "from_on", "projectid": "project_id"}


async def records(tx: Tx, ids: Sequence[int]) -> list[CampaignProjectView]:
    """Memberships in the order of `ids`; unknown ids are left out."""
    rows = await read_rows(_queries.memberships, tx, ids)
    return await tell_rows("crm.campaign_project", rows, ids, campaign_project_view, CampaignProjectView)


async def list_projects(tx: Tx, campaign_id: int, paging: Paging) -> Page[CampaignProjectView]:
    """A page of the projects of a campaign and how many entries there are."""
    return await read_page(tx, _queries.chosen_memberships, paging, records, campaign_id=campaign_id)


async def read_membership(tx: Tx, campaign_id: int, membership_id: int) -> CampaignProjectView:
    """One entry of a campaign; `NotFound` when it has none with this id."""
    of_campaign = [one for one in await records(tx, [membership_id]) if one.campaign_id == campaign_id]
    return only(of_campaign, "project in this campaign by the entry", membership_id)


async def add_project(
    tx: Tx, campaign_id: int, said: Mapping[str, Any], now: datetime
) -> CampaignProjectView:
    """Let a project, with all below it, belong to a campaign on the days `said`, else on the campaign's own.

    Gifts of these days that are here already come along: some hundreds at once, others afterwards (`CampaignFollower`), while the campaign's
    figures say that they are on their way. `Invalid` names every broken field, `NotFound` a campaign that is not there; `ProjectInCampaign`
    when one of the days is taken.
    """
    await _queries.hold_tree(tx)
    errors: list[FieldError] = []
    own = await service.days_of(tx, campaign_id)
    project_id = await _project(tx, said, errors)
    days = membership_days(said, own, errors)
    if errors:
        raise Invalid(errors[0].message, fields=tuple(errors))
    row = {"campaign_id": campaign_id, "project_id": project_id, **days}
    await _require_free(tx, row, 0)
    entry_id = await MEMBERSHIPS.add(tx, row, now)
    return await read_membership(tx, campaign_id, entry_id)


async def change_days(
    tx: Tx, campaign_id: int, membership_id: int, said: Mapping[str, Any], now: datetime
) -> CampaignProjectView:
    """Let an entry hold on the days `said`, else on the campaign's own; gifts follow. Raises as `add_project`."""
    await _queries.hold_tree(tx)
    own = await service.days_of(tx, campaign_id)
    entry = await read_membership(tx, campaign_id, membership_id)
    errors: list[FieldError] = []
    days = membership_days(said, own, errors)
    if errors:
        raise Invalid(errors[0].message, fields=tuple(errors))
    await _require_free(
        tx, {"campaign_id": campaign_id, "project_id": entry.project_id, **days}, membership_id
    )
    await MEMBERSHIPS.change(tx, membership_id, days, now)
    return await read_membership(tx, campaign_id, membership_id)


async def remove_project(tx: Tx, campaign_id: int, membership_id: int, now: datetime) -> CampaignProjectView:
    """Take an entry out as if it had never been; its gifts leave the campaign. Answers what it was; `NotFound` when there is none."""
    await _queries.hold_tree(tx)
    entry = await read_membership(tx, campaign_id, membership_id)
    await MEMBERSHIPS.remove(tx, membership_id, now, entry)
    return entry


async def broken_in_project(tx: Tx, campaign_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps `add_project` from it; null stands for what could not be read."""
    errors = await broken_in_days(tx, campaign_id, said)
    await _project(tx, said, errors)
    return errors


async def broken_in_days(tx: Tx, campaign_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that is wrong with the days `said`; null stands for what could not be read."""
    errors: list[FieldError] = []
    try:
        own = await service.days_of(tx, campaign_id)
    except NotFound:
        own = (None, None)
    membership_days(said, own, errors)
    return errors


async def _project(tx: Tx, said: Mapping[str, Any], errors: list[FieldError]) -> int | None:
    """The project that is named: by its id, else by its code."""
    project_id: int | None = said.get("project_id")
    code = clean(said.get("project_code"))
    if project_id is not None:
        errors.extend(await unknown(tx, "crm.project", {"projectId": project_id}))
    elif code is None:
        text = "Name the project by projectId or projectCode."
        errors.append(FieldError("projectId", "REQUIRED", text, ("projectCode",)))
    else:
        project_id = await _queries.project_by_code(tx, code_key=fold_code(code))
        if project_id is None:
            near = await nearest_ones(tx, "project code", code)
            text = f"There is no project with the code '{code}'.{near}"
            errors.append(FieldError("projectCode", "UNKNOWN", text))
    return project_id


async def _require_free(tx: Tx, row: Mapping[str, Any], but: int) -> None:
    if (taken := await _queries.overlapping(tx, **row, but=but)) is not None:
        raise ProjectInCampaign(taken["id"], taken["from_on"], taken["until_on"])
