"""The names that queries have a meaning for already: a field that is called so could not be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from almoner.crm.gift_asks.catalog import GIFT_ASKS
from almoner.crm.gift_designations.catalog import GIFT_DESIGNATIONS
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.grants.catalog import GRANTS
from almoner.crm.planned_gifts.catalog import PLANNED_GIFTS
from almoner.crm.pledges.catalog import PLEDGES
from almoner.crm.premiums.catalog import PREMIUMS
from almoner.crm.projects.catalog import PROJECTS
from almoner.crm.recurring_gifts.catalog import RECURRING_GIFTS
from almoner.platform.custom_fields import parameters as custom_fields
from almoner.platform.query import Catalog

_CATALOGS: Mapping[str, Sequence[Catalog]] = {
    "Gift": (GIFTS, GIFT_DESIGNATIONS),
    "GiftAsk": (GIFT_ASKS,),
    "Grant": (GRANTS,),
    "PlannedGift": (PLANNED_GIFTS,),
    "Pledge": (PLEDGES,),
    "Premium": (PREMIUMS,),
    "Project": (PROJECTS,),
    "RecurringGift": (RECURRING_GIFTS,),
}
"""By the kind of record, what queries ask in which its fields are parameters too."""


def reserved_by(record_type: str, name: str) -> str | None:
    """The parameter of queries that is meant by this name of a field, also in another spelling; None when there is none."""
    return custom_fields.reserved_by(_CATALOGS.get(record_type, ()), name)


def name_in_queries(record_type: str, name: str) -> str:
    """What a field is called in queries: its name, or one of its own where a version after it brought a parameter of that name."""
    return custom_fields.name_in_queries(_CATALOGS.get(record_type, ()), name)
