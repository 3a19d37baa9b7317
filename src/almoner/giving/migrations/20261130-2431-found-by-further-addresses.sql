-- after the rest
--
-- Donors by their further e-mail addresses and phone numbers: search is slow without this, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_contact_method_words;
CREATE INDEX CONCURRENTLY donor_contact_method_words ON giving.donor_contact_method USING gin
    (giving.donor_words(organization_id, NULL::text, NULL::text, NULL::text, NULL::text, CASE WHEN kind = 'email' THEN value END,
        CASE WHEN kind = 'phone' THEN value END, NULL::text, NULL::text))
    WITH (fastupdate = on, gin_pending_list_limit = 256);
