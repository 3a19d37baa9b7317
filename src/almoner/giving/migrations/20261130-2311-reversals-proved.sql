-- after the rest
--
-- The check of what is taken back is proved of the gifts that were there before it, beside those who write; and processors name a payment
-- by its own id.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

ALTER TABLE giving.gift VALIDATE CONSTRAINT gift_reversed_within_gift;
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_transaction;
CREATE INDEX CONCURRENTLY gift_transaction ON giving.gift (organization_id, transaction_id);
