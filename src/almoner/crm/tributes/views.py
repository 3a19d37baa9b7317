"""The wire shape of a tribute (crm-api.md appendix A)."""

from __future__ import annotations

from typing import Annotated, Any

from almoner.crm.tributes.rules import NAMES, TYPES
from almoner.crm.wire import StampedView, link, stamps
from almoner.platform.wire import fill, one_of


class TributeView(StampedView, kw_only=True):
    """In whose honour or memory somebody gives."""

    id: int
    """The id of the tribute."""
    tribute_type: Annotated[str, one_of(TYPES)]
    """What kind of tribute it is."""
    first_name: str | None
    """The first name of whom it honours."""
    last_name: str | None
    """The last name of whom it honours."""
    address1: str | None
    """The street of whom it honours."""
    address2: str | None
    """A second line of that."""
    city: str | None
    """The city of whom it honours."""
    state: str | None
    """The state of whom it honours."""
    postal_code: str | None
    """The postal code of whom it honours."""
    contact_individual_id: int | None
    """An extension: whom it honours, where the CRM knows the person."""
    default_acknowledgee_individual_id: int | None
    """Who is told of gifts with this tribute, where a gift names nobody."""
    default_acknowledgee_individual_url: str | None
    """The address at which that person is read."""


def tribute_view(row: Any, crm_url: str) -> TributeView:
    """A row of the table as the wire has it. Links lead to the API at `crm_url`."""
    acknowledgee = row["default_acknowledgee_individual_id"]
    url = None if acknowledgee is None else link(crm_url, "ContactIndividual", acknowledgee)
    return fill(
        TributeView,
        row,
        tribute_type=NAMES[row["tribute_type"]],
        default_acknowledgee_individual_url=url,
        **stamps(row),
    )
