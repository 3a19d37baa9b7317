"""`/api/Donor`: read donors and change them. A donor comes into being through give."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from almoner.giving.custom_fields.service import own_parameters
from almoner.giving.donors import service
from almoner.giving.donors.catalog import DONORS
from almoner.giving.donors.requests import DonorBody, DonorPatchBody
from almoner.giving.donors.views import DonorView, tell_donors
from almoner.giving.donors.words import by_name
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.kernel.text import clean
from almoner.platform.database import Snapshot, Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, Request, WithHeaders, get, patch, post, put, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.query import (
    ConditionBody,
    GroupBody,
    QueryOptionsView,
    SelectingBody,
    Window,
    options_view,
)
from almoner.platform.query.serving import answered, filtered, query
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage, said

Filter = Annotated[
    str | None,
    Meta(
        description="Free text: the starts of words of names, e-mail address, phone, postal code and state, in any order; or an id."
    ),
]


SHOWN = [GroupBody(conditions=[ConditionBody(parameter="Is Archived", operator="IsFalse")])]
"""Lists have nobody who is archived."""


@get("/api/Donor/{donor_id:int}", "donor:read")
async def get_donor(tx: Tx, donor_id: int, public_url: PublicUrl) -> DonorView:
    """Read one donor; of one that was merged, the one it is now."""
    donor = await service.survivor_of(tx, donor_id)
    (view,) = tell_donors([donor], public_url, merged_donor_id=None if donor.id == donor_id else donor_id)
    return view


@patch("/api/Donor/{donor_id:int}", "donor:write", raises=(Conflict,), judge=service.broken_in_change)
async def change_donor(
    tx: Tx,
    caller: Caller,
    donor_id: int,
    data: DonorPatchBody,
    clock: Clock,
    wake: Wake,
    public_url: PublicUrl,
) -> DonorView:
    """Change a donor: what is absent or null stays. A donor who is in the CRM changes there too."""
    donor = await service.change_donor(tx, donor_id, said(data), clock.now(), by=caller.described)
    wake.ring()
    (view,) = tell_donors([donor], public_url)
    return view


@put("/api/Donor/{donor_id:int}", "donor:write", raises=(Conflict,), judge=service.broken_in_replacement)
async def replace_donor(
    tx: Tx, caller: Caller, donor_id: int, data: DonorBody, clock: Clock, wake: Wake, public_url: PublicUrl
) -> DonorView:
    """Replace what a donor is: what is absent, null or blank is cleared, keys alone stay. It makes no new donor: give does."""
    donor = await service.replace_donor(tx, donor_id, said(data), clock.now(), by=caller.described)
    wake.ring()
    (view,) = tell_donors([donor], public_url)
    return view


@post("/api/Donor/{donor_id:int}/archive", "donor:update", extension=True, raises=(Conflict,))
async def archive_donor(tx: Tx, donor_id: int, clock: Clock, public_url: PublicUrl) -> DonorView:
    """Hide a donor from lists. Gifts find the donor as before; twice is as once."""
    (view,) = tell_donors([await service.archive_donor(tx, donor_id, clock.now(), archived=True)], public_url)
    return view


@post("/api/Donor/{donor_id:int}/unarchive", "donor:update", extension=True, raises=(Conflict,))
async def unarchive_donor(tx: Tx, donor_id: int, clock: Clock, public_url: PublicUrl) -> DonorView:
    """Show a donor in lists again."""
    (view,) = tell_donors(
        [await service.archive_donor(tx, donor_id, clock.now(), archived=False)], public_url
    )
    return view


@get("/api/Donor/list", "donor:read", sorts=service.SORTS)
async def list_donors(
    tx: Tx,
    page: PageQuery,
    public_url: PublicUrl,
    clock: Clock,
    filter: Filter = None,  # noqa: A002 - its name on the wire
) -> RaisePage[DonorView]:
    """Page through donors."""
    if (text := clean(filter)) is not None:
        found = await filtered(tx, DONORS, text, page, service.records, clock.now(), SHOWN)
    else:
        found = await service.list_donors(tx, page.checked())
    return RaisePage(items=tell_donors(found.items, public_url), total=found.total)


@get("/api/Donor/search", "donor:read", sorts=service.SORTS)
async def search_donors(
    tx: Tx,
    page: PageQuery,
    public_url: PublicUrl,
    filter: Filter = None,  # noqa: A002 - its name on the wire
) -> RaisePage[DonorView]:
    """Find donors as one types, by name: at most 1,000, whom `total` counts. Nobody is found by nothing."""
    asked = page.checked()
    if not page.sort_by:
        asked = replace(asked, sort=by_name("donor"))
    found = await service.search_donors(tx, clean(filter) or "", asked)
    return RaisePage(items=tell_donors(found.items, public_url), total=found.total)


@query("/api/Donor/query", "donor:read", DONORS, own_parameters, body=SelectingBody)
async def query_donors(
    tx: Snapshot, request: Request, data: SelectingBody, window: Window, clock: Clock, public_url: PublicUrl
) -> WithHeaders[RaisePage[DonorView]]:
    """Find donors, archived ones among them, each with the columns that are selected.

    `metadata` of each has the text of every column of `selectedColumns`, in their order. In the order of ids a sweep costs the same to its end.
    """
    found = await service.query_donors(tx, data, window, clock.now(), public_url)
    return answered(request, found, RaisePage.of, lambda donor: donor)


@get("/api/Donor/QueryOptions", "donor:read", extension=True)
async def get_donor_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of donors, custom fields too. Each other parameter is the label of a column too."""
    return options_view(DONORS, (await own_parameters(tx)).values())


routes = routes_in(__name__)
