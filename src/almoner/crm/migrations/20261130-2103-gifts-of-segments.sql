-- after the rest
--
-- What queries and segments find their gifts by.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_of_segment;
CREATE INDEX CONCURRENTLY gift_of_segment ON crm.gift (organization_id, segment_id, id) WHERE segment_id IS NOT NULL;
