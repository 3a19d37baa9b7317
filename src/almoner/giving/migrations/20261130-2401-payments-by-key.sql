-- after the rest
--
-- Processors name a payment by the key that it was asked for under, before any gift has it.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.payment_intent_gateway_key;
CREATE INDEX CONCURRENTLY payment_intent_gateway_key ON giving.payment_intent (organization_id, gateway_key);
