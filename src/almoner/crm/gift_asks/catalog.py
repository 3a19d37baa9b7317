"""What can be asked of gift asks: each parameter names a column."""

from __future__ import annotations

from almoner.crm.commitments.parameters import (
    OF_LEGACY,
    listed,
    of_contact,
    of_project,
    of_segment,
    of_stamps,
    stamp_sorts,
)
from almoner.crm.commitments.reading import WITH_ONCE
from almoner.crm.gift_asks.rules import TYPES
from almoner.platform.query import Catalog, Kind, Parameter
from almoner.platform.query.amounts import comparable

GIFT_ASKS = Catalog(
    noun="gift ask",
    table="crm_code.queried_gift_ask k",
    parameters=(
        Parameter(name="Gift Ask Id", kind=Kind.INT, sql="k.id"),
        *of_contact("k"),
        Parameter(name="Ask Amount", kind=Kind.MONEY, sql="k.ask_minor", currency="k.currency"),
        Parameter(name="Ask Date", kind=Kind.DAY, sql="k.asked_on"),
        Parameter(
            name="Expected Fulfillment Date", kind=Kind.DAY, sql="k.expected_fulfillment_on", nullable=True
        ),
        listed("Ask Type", "k.ask_type", TYPES),
        listed("Frequency", "k.frequency", WITH_ONCE, nullable=True),
        Parameter(name="Status", kind=Kind.TEXT, sql="k.status"),
        Parameter(name="Declined", kind=Kind.TRUTH, sql="(k.declined)"),
        Parameter(name="Notes", kind=Kind.TEXT, sql="k.notes", nullable=True),
        *of_project("k"),
        *of_segment("k"),
        *OF_LEGACY,
        *of_stamps("k"),
    ),
    names={"campaign": "Campaign Name", "amount": "Ask Amount", "giftaskid": "Gift Ask Id"},
    sorts={
        "askdate": "k.asked_on",
        "askamount": comparable("k.ask_minor", "k.currency"),
        "giftaskid": "k.id",
        **stamp_sorts("k"),
    },
)
