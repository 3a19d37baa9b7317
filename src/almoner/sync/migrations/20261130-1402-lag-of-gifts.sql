-- after the rest
--
-- The lag is told of the latest gifts that reached the CRM. By the time of every record's change, a page went through all that
-- failed or was withheld in the same minutes, and donors had an entry that nobody asked for.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS sync.record_lag;
CREATE INDEX CONCURRENTLY record_lag ON sync.record (organization_id, destination, changed_at)
    WHERE state = 'synced' AND entity = 'gift';
DROP INDEX CONCURRENTLY IF EXISTS sync.record_changed;
