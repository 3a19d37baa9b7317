-- after the rest
--
-- Whether a donor gave to a segment before is one probe; without it that is looked for among the donor's gifts. What counted segments from the
-- gifts themselves is needed no more.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_segment_donor;
CREATE INDEX CONCURRENTLY gift_segment_donor ON giving.gift (organization_id, segment_id, donor_id) WHERE segment_id IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_segment;
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_segment_back;
