-- after the rest
--
-- The latest payouts are found without the others, and the oldest events that are done with.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.stripe_payout_latest;
CREATE INDEX CONCURRENTLY stripe_payout_latest ON giving.stripe_payout (organization_id, arrives_on, payout_id);
DROP INDEX CONCURRENTLY IF EXISTS giving.stripe_event_done;
CREATE INDEX CONCURRENTLY stripe_event_done ON giving.stripe_event (organization_id, settled_at) WHERE state IN ('acted', 'ignored');
