-- after the rest
--
-- What partners' queries for what changed find promises, asks and grants by; and the payments that are expected by a day.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.pledge_modified;
CREATE INDEX CONCURRENTLY pledge_modified ON crm.pledge (organization_id, modified_at, id);
DROP INDEX CONCURRENTLY IF EXISTS crm.gift_ask_modified;
CREATE INDEX CONCURRENTLY gift_ask_modified ON crm.gift_ask (organization_id, modified_at, id);
DROP INDEX CONCURRENTLY IF EXISTS crm.planned_gift_modified;
CREATE INDEX CONCURRENTLY planned_gift_modified ON crm.planned_gift (organization_id, modified_at, id);
DROP INDEX CONCURRENTLY IF EXISTS crm.grant_award_modified;
CREATE INDEX CONCURRENTLY grant_award_modified ON crm.grant_award (organization_id, modified_at, id);
DROP INDEX CONCURRENTLY IF EXISTS crm.recurring_gift_modified;
CREATE INDEX CONCURRENTLY recurring_gift_modified ON crm.recurring_gift (organization_id, modified_at, id);
DROP INDEX CONCURRENTLY IF EXISTS crm.recurring_gift_payment_due;
CREATE INDEX CONCURRENTLY recurring_gift_payment_due ON crm.recurring_gift_payment (organization_id, expected_on, recurring_gift_id)
    WHERE is_expected AND is_scheduled AND dismissed_on IS NULL;
