"""The event log: append-only per product, read by consumers that keep a cursor per part."""
