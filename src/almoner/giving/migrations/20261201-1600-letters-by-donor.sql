-- after the rest
--
-- Letters of one donor go one after another: whether an earlier one waits is asked of each that is due.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_letter_of_donor;
CREATE INDEX CONCURRENTLY donor_letter_of_donor ON giving.donor_letter (organization_id, donor_id, id) WHERE due_at IS NOT NULL;
