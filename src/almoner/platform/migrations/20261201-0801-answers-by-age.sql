-- after the rest
--
-- Kept answers that are old enough to go are found.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS platform.idempotency_age;
CREATE INDEX CONCURRENTLY idempotency_age ON platform.idempotency (organization_id, created_at);
