-- after the rest
--
-- What queries find gifts and contacts by: slow without these, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_day;
CREATE INDEX CONCURRENTLY gift_day ON crm.gift (organization_id, gift_on, id);

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_changed;
CREATE INDEX CONCURRENTLY gift_changed ON crm.gift (organization_id, modified_at, id);

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_made;
CREATE INDEX CONCURRENTLY gift_made ON crm.gift (organization_id, created_at, id);

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_batch;
CREATE INDEX CONCURRENTLY gift_batch ON crm.gift (organization_id, lower(batch) text_pattern_ops) WHERE batch IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_segment;
CREATE INDEX CONCURRENTLY gift_segment ON crm.gift (organization_id, lower(segment_code) text_pattern_ops)
    WHERE segment_code IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_transaction;
CREATE INDEX CONCURRENTLY gift_transaction ON crm.gift (organization_id, lower(transaction_id) text_pattern_ops)
    WHERE transaction_id IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS crm.contact_name;
CREATE INDEX CONCURRENTLY contact_name ON crm.contact (organization_id, lower(name) text_pattern_ops);
