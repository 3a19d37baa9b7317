"""How the walks ask for erasures."""

from __future__ import annotations

from typing import Any

from tests.api.giving.gifts.sample import make
from tests.support.samples import Ask, Sample


def _look(gift: Any) -> list[Ask]:
    return [Ask({"donorId": gift["donorId"]})]


def _erase(gift: Any) -> list[Ask]:
    return [Ask({"donorId": gift["donorId"]}, body={"confirmedDonorId": gift["donorId"]})]


SAMPLE = Sample(
    "raise",
    make,
    {"GET /api/Donor/{donorId}/erasure": _look, "POST /api/Donor/{donorId}/erasure": _erase},
)
