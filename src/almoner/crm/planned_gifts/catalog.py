"""What can be asked of planned gifts (client-facts.md 18): each parameter names a column."""

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
from almoner.crm.planned_gifts.rules import TYPES
from almoner.platform.query import Catalog, Kind, Parameter
from almoner.platform.query.amounts import comparable

PLANNED_GIFTS = Catalog(
    noun="planned gift",
    table="crm_code.queried_planned_gift k",
    parameters=(
        Parameter(name="Planned Gift Id", kind=Kind.INT, sql="k.id"),
        *of_contact("k"),
        Parameter(name="Planned Gift Date", kind=Kind.DAY, sql="k.planned_on"),
        listed("Planned Gift Type", "k.planned_gift_type", TYPES),
        listed("Frequency", "k.frequency", WITH_ONCE, nullable=True),
        Parameter(
            name="Anticipated Amount", kind=Kind.MONEY, sql="k.anticipated_minor", currency="k.currency"
        ),
        Parameter(name="Anticipated Start Date", kind=Kind.DAY, sql="k.anticipated_start_on", nullable=True),
        Parameter(
            name="Current Value",
            kind=Kind.MONEY,
            sql="k.current_value_minor",
            currency="k.currency",
            nullable=True,
        ),
        Parameter(name="Number Of Occurrences", kind=Kind.INT, sql="k.number_of_occurrences", nullable=True),
        Parameter(name="Thank You Date", kind=Kind.DAY, sql="k.thank_you_on", nullable=True),
        *of_project("k"),
        *of_segment("k"),
        *OF_LEGACY,
        *of_stamps("k"),
    ),
    names={"campaign": "Campaign Name", "plannedgiftid": "Planned Gift Id", "amount": "Anticipated Amount"},
    sorts={
        "plannedgiftdate": "k.planned_on",
        "anticipatedamount": comparable("k.anticipated_minor", "k.currency"),
        "plannedgiftid": "k.id",
        **stamp_sorts("k"),
    },
)
