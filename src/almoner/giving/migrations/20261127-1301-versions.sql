-- older programs may run on this
--
-- A record that can change says how often it did, and an event which of its versions it tells of: docs/decisions/0014. What a
-- program before this one writes is of version 1, as all was until now.

ALTER TABLE giving.event ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE giving.donor ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE giving.campaign ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE giving.project ADD COLUMN version int NOT NULL DEFAULT 1;
