"""Note, change and read gift asks."""

from __future__ import annotations

from almoner.crm.commitments.records import Commitments
from almoner.crm.gift_asks.catalog import GIFT_ASKS
from almoner.crm.gift_asks.rules import checked
from almoner.crm.gift_asks.views import gift_ask_view
from almoner.platform.database import load_queries

ASKS = Commitments("crm.gift_ask", "GiftAsk", load_queries(__file__), gift_ask_view, checked, GIFT_ASKS)
SORTS = {"id": "id", "askdate": "asked_on", "askamount": "ask_minor", "createddatetime": "created_at"}
"""`sortBy` names of a contact's asks and the columns behind them."""
