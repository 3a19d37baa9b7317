-- older programs may run on this
--
-- Old values of a person's records are found in the log, to be erased. Events that a record began with have none, so a gift costs nothing more.
-- Partitions that are made from now on have these indexes; those that are there get them after the rest.
--
-- squawk-ignore-file require-concurrent-index-creation
-- ON ONLY reads no rows.

CREATE INDEX event_old_of_key ON ONLY giving.event (organization_id, key_id) WHERE data IS NOT NULL;
CREATE INDEX event_old_of_record ON ONLY giving.event (organization_id, record_id) WHERE data IS NOT NULL;
