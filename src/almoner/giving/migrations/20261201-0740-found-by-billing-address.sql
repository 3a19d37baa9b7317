-- after the rest
--
-- Gifts by the states and postal codes of the billing addresses that came with them, as donors are found by theirs: queries are slow without this,
-- and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_detail_words;
CREATE INDEX CONCURRENTLY gift_detail_words ON giving.gift_detail USING gin
    (giving.donor_words(organization_id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, billing_state, billing_postal))
    WITH (fastupdate = on, gin_pending_list_limit = 256)
    WHERE num_nonnulls(billing_address1, billing_address2, billing_city, billing_state, billing_postal, billing_country) > 0;
