"""Note, change and read planned gifts."""

from __future__ import annotations

from almoner.crm.commitments.records import Commitments
from almoner.crm.planned_gifts.catalog import PLANNED_GIFTS
from almoner.crm.planned_gifts.rules import checked
from almoner.crm.planned_gifts.views import planned_gift_view
from almoner.platform.database import load_queries

PLANS = Commitments(
    "crm.planned_gift", "PlannedGift", load_queries(__file__), planned_gift_view, checked, PLANNED_GIFTS
)
SORTS = {
    "id": "id",
    "plannedgiftdate": "planned_on",
    "anticipatedamount": "anticipated_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's planned gifts and the columns behind them."""
