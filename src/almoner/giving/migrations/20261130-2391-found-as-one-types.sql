-- after the rest
--
-- Donors by the starts of their words: search is slow without this, and right. It takes the place of the four of 20261130-1304.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_words;
CREATE INDEX CONCURRENTLY donor_words ON giving.donor USING gin
    (giving.donor_words(organization_id, first_name, middle_name, last_name, organization_name, email, phone, state, postal))
    WITH (fastupdate = on, gin_pending_list_limit = 256);

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_1;
DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_2;
DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_3;
DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_4;
