-- after the rest
--
-- Kept answers are found by the records that they speak of. Erasures are slow without it, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS platform.idempotency_about;
CREATE INDEX CONCURRENTLY idempotency_about ON platform.idempotency USING gin (about);
