-- after the rest
--
-- Donors that were merged, by the one they are: a further merge takes them along.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_survivor;
CREATE INDEX CONCURRENTLY donor_survivor ON giving.donor (organization_id, survivor_id) WHERE survivor_id IS NOT NULL;
