"""How the walks ask for what happened with a donor."""

from __future__ import annotations

from tests.api.giving.gifts.sample import make
from tests.support.samples import Ask, Sample

SAMPLE = Sample(
    "raise",
    make,
    {"GET /api/Donor/{donorId}/activities": lambda gift: [Ask({"donorId": gift["donorId"]})]},
)
