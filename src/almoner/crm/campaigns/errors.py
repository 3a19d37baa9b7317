"""Why a campaign was not changed."""

from __future__ import annotations

from datetime import date

from almoner.kernel.errors import Conflict
from almoner.platform.http.problems import MethodNotAllowed


class CampaignsReadOnly(MethodNotAllowed):
    """Partners read campaigns; staff make and change them."""

    code = "CAMPAIGNS_READ_ONLY"

    def __init__(self, *allowed: str) -> None:
        super().__init__(allowed)
        self.message = (
            "Campaigns are read-only here: staff make and change them, by the command `campaign` or under"
            " /api/Staff/Campaign."
        )


class ProjectInCampaign(Conflict):
    """The project is in the campaign on some of these days already."""

    code = "PROJECT_IN_CAMPAIGN"

    def __init__(self, membership_id: int, from_on: date | None, until_on: date | None) -> None:
        days = f"{from_on or 'the first day'} to {until_on or 'the last'}"
        super().__init__(f"The project is in the campaign from {days} already (entry {membership_id}).")
