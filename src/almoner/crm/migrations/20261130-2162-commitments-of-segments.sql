-- after the rest
--
-- What queries find the promises, asks and grants of segments by; the recurring gifts that a segment takes.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.recurring_gift_of_segment;
CREATE INDEX CONCURRENTLY recurring_gift_of_segment ON crm.recurring_gift (organization_id, segment_id) WHERE segment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS crm.recurring_gift_segment;
CREATE INDEX CONCURRENTLY recurring_gift_segment ON crm.recurring_gift (organization_id, lower(segment_code) text_pattern_ops)
    WHERE segment_code IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS crm.pledge_of_segment;
CREATE INDEX CONCURRENTLY pledge_of_segment ON crm.pledge (organization_id, segment_id) WHERE segment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS crm.gift_ask_of_segment;
CREATE INDEX CONCURRENTLY gift_ask_of_segment ON crm.gift_ask (organization_id, segment_id) WHERE segment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS crm.planned_gift_of_segment;
CREATE INDEX CONCURRENTLY planned_gift_of_segment ON crm.planned_gift (organization_id, segment_id) WHERE segment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS crm.grant_award_of_segment;
CREATE INDEX CONCURRENTLY grant_award_of_segment ON crm.grant_award (organization_id, segment_id) WHERE segment_id IS NOT NULL;
