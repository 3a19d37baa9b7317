"""What the totals of campaigns, projects and contacts count, in the words of their views."""

from __future__ import annotations

import msgspec

from almoner.crm.contacts.views import ContactGivingView, ContactView
from almoner.crm.projects.views import GivingView, ProjectView
from almoner.giving.campaigns.views import CampaignView, RaisedView
from almoner.platform.http.described import field_words
from docsite.parts.markdown import table

TOTALS: dict[str, tuple[tuple[type[msgspec.Struct], str], ...]] = {
    "campaigns": (
        (
            CampaignView,
            "raisedAmount totalGifts totalDonors averageGiftAmount raisedPercentage raisedByCurrency testGifts",
        ),
        (RaisedView, "*"),
    ),
    "projects": (
        (
            ProjectView,
            (
                "lifeToDateGiving lifeToDateGiftCount lifeToDateGiversCount calendarYearToDateGiving "
                "calendarYearToDateGiftCount calendarYearToDateGiversCount beginningBalance currentBalance givingByCurrency"
            ),
        ),
        (GivingView, "*"),
    ),
    "contacts": (
        (ContactView, "lifeToDateGiving yearToDateGiving lastGiftAmount givingByCurrency"),
        (ContactGivingView, "*"),
    ),
}
"""The fields that are totals, of each record and of its list by currency (all of them)."""


def figures(of: str) -> str:
    """A line for each total of a record; those by currency below the list that they stand in."""
    rows = []
    for view, names in TOTALS[of]:
        words = field_words(view)
        if names == "*":
            rows += [(f".. `{name}`", told) for name, told in words.items()]
        else:
            rows += [(f"`{name}`", words[name]) for name in names.split()]
    return table(("Field", "Counts"), rows)
