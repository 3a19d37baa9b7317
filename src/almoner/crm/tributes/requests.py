"""What comes in about tributes (crm-api.md 8.3 and appendix A)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.tributes.rules import TYPES
from almoner.crm.wire import RecordId
from almoner.platform.wire import Body, one_of

Text = Annotated[str, Meta(max_length=150)]


class TributeBody(Body):
    """A tribute, new or as it is from now on: what is left out is cleared."""

    tribute_type: Annotated[str, one_of(dict.fromkeys((*TYPES, *TYPES.values())))]
    """What kind of tribute it is, by its name or its code in whatever case."""
    first_name: Text | None = None
    """The first name of whom it honours."""
    last_name: Text | None = None
    """The last name of whom it honours."""
    address1: Text | None = None
    """The street of whom it honours."""
    address2: Text | None = None
    """A second line of that."""
    city: Text | None = None
    """The city of whom it honours."""
    state: Text | None = None
    """The state of whom it honours."""
    postal_code: Text | None = None
    """The postal code of whom it honours."""
    contact_individual_id: RecordId | None = None
    """Whom it honours, where the CRM knows the person. The names are those of the person where none are said."""
    default_acknowledgee_individual_id: RecordId | None = None
    """Who is told of gifts with this tribute, where a gift names nobody."""
