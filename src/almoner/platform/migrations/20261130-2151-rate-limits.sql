-- older programs may run on this
--
-- How many requests an organization may send in an hour where the setting does not say it, and how many of the running hour's
-- were given out to web processes, which count by themselves: docs/decisions/0034.
CREATE TABLE platform.rate_limit (
    organization_id bigint PRIMARY KEY,
    per_hour int CHECK (per_hour > 0),
    hour bigint NOT NULL, -- hours since 1970, UTC
    leased int NOT NULL
) WITH (fillfactor = 50); -- so that a lease writes its row again in place
SELECT platform.protect_table('platform.rate_limit', 'SELECT, INSERT, UPDATE (per_hour, hour, leased)');
