"""`/api/Donor`: read donors. A donor comes into being through give."""

from __future__ import annotations

from litestar import get

from almoner.giving.donors import service
from almoner.giving.donors.schemas import DonorList, DonorModel, donor_model
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, scope


@get("/api/Donor/{donor_id:int}", opt=scope("donor:read"))
async def get_donor(tx: Tx, donor_id: int, public_url: str) -> DonorModel:
    """Read one donor."""
    return donor_model(await service.read_donor(tx, donor_id), public_url)


@get("/api/Donor/list", opt=scope("donor:read"))
async def list_donors(tx: Tx, page: PageQuery, public_url: str) -> DonorList:
    """Page through donors."""
    found = await service.list_donors(tx, page.checked(service.SORTS))
    return DonorList(items=[donor_model(donor, public_url) for donor in found.items], total=found.total)


routes = [get_donor, list_donors]
