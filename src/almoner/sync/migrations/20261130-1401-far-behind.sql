-- after the rest
--
-- What the console shows behind a million others: gifts in the CRM, gifts that name one thing, donors who failed last.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS sync.record_synced;
CREATE INDEX CONCURRENTLY record_synced ON sync.record (organization_id, destination, record_id)
    WHERE state = 'synced' AND entity = 'gift';

-- A detail may be long; its digest is not, and may stand before row-level security as a comparison of texts does.
DROP INDEX CONCURRENTLY IF EXISTS sync.record_naming;
CREATE INDEX CONCURRENTLY record_naming ON sync.record (organization_id, destination, entity, reason, md5(detail), record_id)
    WHERE detail IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS sync.record_failed;
CREATE INDEX CONCURRENTLY record_failed ON sync.record (organization_id, destination, entity, reason, changed_at)
    WHERE state = 'failed';
