-- after the rest
--
-- Gifts in the order of their receipts: slow without this, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_receipt_day;
CREATE INDEX CONCURRENTLY gift_receipt_day ON crm.gift (organization_id, (details ->> 'receipt_date'), id);
