"""What queries tell of a campaign as columns beside it: each by its label, as text (raise-api.md 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from almoner.giving.campaigns.views import CampaignView

Column = Callable[[CampaignView, Mapping[str, Any]], Any]
"""Of a campaign and of its segments: `ids`, `names` and `codes`."""

OF_SEGMENTS = ("Segment Id", "Segment Name", "Segment Code")
"""Columns that are made of the campaign's segments, which are read for them alone."""

COLUMNS: Mapping[str, Column] = {
    "Id": lambda campaign, _: campaign.id,
    "Name": lambda campaign, _: campaign.name,
    "Description": lambda campaign, _: campaign.description,
    "Start Date": lambda campaign, _: campaign.start_date,
    "End Date": lambda campaign, _: campaign.end_date,
    "Can Sync": lambda campaign, _: campaign.can_sync,
    "Apply Segment To Recurring Gifts": lambda campaign, _: campaign.apply_segment_to_recurring_gifts,
    "CRM Key": lambda campaign, _: campaign.crm_key,
    "Giving Goal": lambda campaign, _: campaign.giving_goal_formatted,
    "Total Gift Goal": lambda campaign, _: campaign.total_gift_goal,
    "Average Gift Goal": lambda campaign, _: campaign.average_gift_goal_formatted,
    "Raised Amount": lambda campaign, _: campaign.raised_amount,
    "Total Gifts": lambda campaign, _: campaign.total_gifts,
    "Total Donors": lambda campaign, _: campaign.total_donors,
    "Average Gift Amount": lambda campaign, _: campaign.average_gift_amount,
    "Test Gifts": lambda campaign, _: campaign.test_gifts,
    "Segment Id": lambda _, segments: ", ".join(map(str, segments["ids"])),
    "Segment Name": lambda _, segments: ", ".join(segments["names"]),
    "Segment Code": lambda _, segments: ", ".join(segments["codes"]),
    "Create Date": lambda campaign, _: campaign.created_date_time,
    "Modified Date": lambda campaign, _: campaign.modified_date_time,
}
"""Every parameter that can be asked, as it is told."""
