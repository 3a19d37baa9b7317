-- after the rest
--
-- What queries find and sort promises by: the day on which the next payment is expected (catalog.py of recurring gifts and of pledges).
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.recurring_gift_next;
CREATE INDEX CONCURRENTLY recurring_gift_next ON crm.recurring_gift
    (organization_id, (CASE WHEN track_payments THEN first_open_on ELSE next_expected_on END), id);
DROP INDEX CONCURRENTLY IF EXISTS crm.pledge_next;
CREATE INDEX CONCURRENTLY pledge_next ON crm.pledge
    (organization_id, (CASE WHEN written_off_at IS NULL AND paid_minor < pledged_minor THEN first_open_on END), id);
