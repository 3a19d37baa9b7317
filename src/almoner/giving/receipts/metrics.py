"""What receipts tell Prometheus."""

from __future__ import annotations

from prometheus_client import Histogram

_SECONDS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 4 * 3600, 24 * 3600)

RECEIPT_LAG_SECONDS = Histogram(
    "almoner_receipt_lag_seconds",
    "Seconds from the moment a gift was given until its receipt was written, or none was due.",
    buckets=_SECONDS,
)
LETTER_LAG_SECONDS = Histogram(
    "almoner_letter_lag_seconds",
    "Seconds from the moment a letter of a receipt or statement was written until it was sent.",
    buckets=_SECONDS,
)
