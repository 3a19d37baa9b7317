-- after the rest
--
-- Donors by any of the first four words of their names: search is slow without these, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_name;

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_1;
CREATE INDEX CONCURRENTLY donor_word_1 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 1) text_pattern_ops);

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_2;
CREATE INDEX CONCURRENTLY donor_word_2 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 2) text_pattern_ops);

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_3;
CREATE INDEX CONCURRENTLY donor_word_3 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 3) text_pattern_ops)
    WHERE giving.name_word(first_name, last_name, organization_name, 3) IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_word_4;
CREATE INDEX CONCURRENTLY donor_word_4 ON giving.donor
    (organization_id, giving.name_word(first_name, last_name, organization_name, 4) text_pattern_ops)
    WHERE giving.name_word(first_name, last_name, organization_name, 4) IS NOT NULL;
