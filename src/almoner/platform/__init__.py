"""Input and output without business: settings, database, event log, HTTP plumbing, keys, telemetry."""
