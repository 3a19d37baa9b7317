-- older programs may run on this
--
-- A key may have an end: one that a command makes for its own run is of no use to anybody after it. Older programs make none.

ALTER TABLE platform.api_key ADD COLUMN expires_at timestamptz;
