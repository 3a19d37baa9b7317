-- after the rest
--
-- Gifts whose code is of no segment yet: a segment that is made takes those with its code.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_of_no_segment;
CREATE INDEX CONCURRENTLY gift_of_no_segment ON crm.gift (organization_id, lower(segment_code), id)
    WHERE segment_id IS NULL AND segment_code IS NOT NULL;
