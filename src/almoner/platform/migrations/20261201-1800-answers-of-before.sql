-- after the rest
--
-- Kept answers of which nobody has looked yet whom they speak of are found: those of the programs before 20261201-0800. Erasures are slow
-- without it, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS platform.idempotency_unseen;
CREATE INDEX CONCURRENTLY idempotency_unseen ON platform.idempotency (organization_id) WHERE about IS NULL AND answer IS NOT NULL;
