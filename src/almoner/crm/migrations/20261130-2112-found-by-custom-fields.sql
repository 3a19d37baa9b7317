-- after the rest
--
-- What queries find gifts by their custom fields by: slow without it, and right. Keys are ids of fields, which no two organizations share.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_custom_values;
CREATE INDEX CONCURRENTLY gift_custom_values ON crm.gift USING gin (custom_values) WHERE custom_values <> '{}';
