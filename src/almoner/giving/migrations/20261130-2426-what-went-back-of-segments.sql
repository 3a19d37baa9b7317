-- after the rest
--
-- Gifts of segments of which something went back: figures of segments take it off by this index. Without it they are slow, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_segment_back;
CREATE INDEX CONCURRENTLY gift_segment_back ON giving.gift (organization_id, segment_id, currency)
    INCLUDE (reversed_minor, reserved_minor, is_test_mode) WHERE segment_id IS NOT NULL AND reversed_minor > 0;
