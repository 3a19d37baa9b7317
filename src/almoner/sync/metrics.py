"""What the sync tells Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

GIFTS_SYNCED = Counter("almoner_sync_gifts_total", "Gift events the sync has finished with.")
LAG_SECONDS = Histogram(
    "almoner_sync_lag_seconds",
    "Seconds from the moment a gift was given to its state in the sync.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
