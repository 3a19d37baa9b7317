"""Names on the wire are those of the original, letter for letter: clients read keys with their case (raise-api.md 3.1 to 3.9)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from almoner.giving.campaigns.requests import CampaignBody
from almoner.giving.campaigns.views import CampaignView
from almoner.giving.donor_contacts.views import DonorAddressView, DonorMethodView
from almoner.giving.donors.requests import DonorBody, DonorPatchBody
from almoner.giving.donors.views import DonorView
from almoner.giving.gifts.extras import CurrencyExchangeView, GiftAddressView
from almoner.giving.gifts.views import GiftProjectView, GiftView
from almoner.giving.give.requests import GiveBody
from almoner.giving.links import CrmUrlView
from almoner.giving.segments.requests import CampaignSegmentBody, SegmentBody
from almoner.giving.segments.views import SegmentView

LIST = Path(__file__).parents[2] / "data" / "raise-fields.tsv"
SHAPES: dict[str, type[msgspec.Struct]] = {
    "DonorModel": DonorView,
    "DonorAddress": DonorAddressView,
    "DonorContactMethod": DonorMethodView,
    "UpdateDonorPatchRequest": DonorPatchBody,
    "DonorRequest": DonorBody,
    "GiftModel": GiftView,
    "GiftAddress": GiftAddressView,
    "GiftProjectAllocation": GiftProjectView,
    "CurrencyExchange": CurrencyExchangeView,
    "DonorPaymentRequest": GiveBody,
    "CampaignRequest": CampaignBody,
    "CampaignSegmentRequest": CampaignSegmentBody,
    "CampaignModel": CampaignView,
    "SegmentRequest": SegmentBody,
    "SegmentModel": SegmentView,
    "CrmUrlInfo": CrmUrlView,
}
NOT_SAID = {("CampaignSegmentRequest", "campaignId")}
"""A segment in the body of its campaign belongs to that campaign: another id there would be passed by."""


def listed() -> dict[str, set[str]]:
    """The fields of each shape, as the reference writes them."""
    fields: dict[str, set[str]] = defaultdict(set)
    for line in LIST.read_text(encoding="utf-8").splitlines()[1:]:
        shape, field = line.split("\t")
        fields[shape].add(field)
    return fields


def test_every_shape_of_the_list_is_held_against_one_of_ours() -> None:
    assert set(listed()) == set(SHAPES)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_each_field_of_the_original_by_its_name(shape: str) -> None:
    ours = {field.encode_name for field in msgspec.structs.fields(SHAPES[shape])}
    missing = {name for name in listed()[shape] if name not in ours and (shape, name) not in NOT_SAID}
    assert not missing
