-- after the rest
--
-- What is due is taken from each organization in its turn, so it is found by organization; nobody asks for the oldest of all any more.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.payment_intent_due;
CREATE INDEX CONCURRENTLY payment_intent_due ON giving.payment_intent (organization_id, look_at, id) WHERE look_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS giving.reversal_due;
CREATE INDEX CONCURRENTLY reversal_due ON giving.reversal (organization_id, look_at, id) WHERE look_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS giving.stripe_event_due;
CREATE INDEX CONCURRENTLY stripe_event_due ON giving.stripe_event (organization_id, look_at, id) WHERE look_at IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS giving.payment_intent_look;
DROP INDEX CONCURRENTLY IF EXISTS giving.reversal_look;
DROP INDEX CONCURRENTLY IF EXISTS giving.stripe_event_look;
