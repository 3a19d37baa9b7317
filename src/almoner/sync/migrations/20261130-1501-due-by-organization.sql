-- after the rest
--
-- What is due is looked for organization by organization, so that each has its turn.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS sync.record_due_of;
CREATE INDEX CONCURRENTLY record_due_of ON sync.record (destination, organization_id, due_at)
    WHERE state = 'pending' AND due_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS sync.record_due;
