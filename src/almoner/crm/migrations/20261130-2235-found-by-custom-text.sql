-- after the rest
--
-- What queries find gifts by that have a text in a field of the organization's own, in whatever case (crm/custom_fields/catalog.py).
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_custom_texts;
CREATE INDEX CONCURRENTLY gift_custom_texts ON crm.gift USING gin ((lower(custom_values::text)::jsonb) jsonb_path_ops)
    WHERE custom_values <> '{}';
