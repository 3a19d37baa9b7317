-- after the rest
--
-- How a system is written that gifts come from, in whatever case: slow without this, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_source;
CREATE INDEX CONCURRENTLY gift_source ON crm.gift (organization_id, lower(btrim(transaction_source)), transaction_source)
    WHERE transaction_source IS NOT NULL;
