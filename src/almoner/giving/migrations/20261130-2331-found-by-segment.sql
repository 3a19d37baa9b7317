-- after the rest
--
-- Gifts by what they are attributed to: figures of segments are read off the first index alone. Without these they are slow, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_segment;
CREATE INDEX CONCURRENTLY gift_segment ON giving.gift (organization_id, segment_id, currency, amount_minor)
    INCLUDE (donor_id, is_test_mode) WHERE segment_id IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_form;
CREATE INDEX CONCURRENTLY gift_form ON giving.gift (organization_id, form_id) WHERE form_id IS NOT NULL;
