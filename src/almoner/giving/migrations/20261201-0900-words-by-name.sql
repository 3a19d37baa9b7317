-- after the rest
--
-- What a processor said is looked for by the name of its refund or dispute, and forgotten by the payment of its gift.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.processor_word_transaction;
CREATE INDEX CONCURRENTLY processor_word_transaction ON giving.processor_word (organization_id, gateway, kind, transaction_id);
DROP INDEX CONCURRENTLY IF EXISTS giving.processor_word_payment;
CREATE INDEX CONCURRENTLY processor_word_payment ON giving.processor_word (organization_id, gateway, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS giving.processor_word_waits;
CREATE INDEX CONCURRENTLY processor_word_waits ON giving.processor_word (organization_id, look_at) WHERE look_at IS NOT NULL;
