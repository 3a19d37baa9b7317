-- after the rest
--
-- What queries find donors by their custom fields by: slow without it, and right. Keys are ids of fields, which no two organizations share.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_custom_values;
CREATE INDEX CONCURRENTLY donor_custom_values ON giving.donor USING gin (custom_values) WHERE custom_values <> '{}';
