-- after the rest
--
-- Gifts by their days, by when they were made and changed, by the processor's name of the payment and, of the few that are not approved,
-- by their status; donors by when they were made and changed. Queries are slow without these, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_by_day;
CREATE INDEX CONCURRENTLY gift_by_day ON giving.gift (organization_id, gift_on, id) INCLUDE (status);

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_by_making;
CREATE INDEX CONCURRENTLY gift_by_making ON giving.gift (organization_id, received_at, id) INCLUDE (status);

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_by_change;
CREATE INDEX CONCURRENTLY gift_by_change ON giving.gift (organization_id, modified_at, id);

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_by_transaction;
CREATE INDEX CONCURRENTLY gift_by_transaction ON giving.gift (organization_id, lower(transaction_id));

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_not_approved;
CREATE INDEX CONCURRENTLY gift_not_approved ON giving.gift (organization_id, status, id) WHERE status <> 1;

-- What each donor gave is read off this one alone. It takes the place of gift_donor.
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_of_donor;
CREATE INDEX CONCURRENTLY gift_of_donor ON giving.gift (organization_id, donor_id, id) INCLUDE (currency, amount_minor, gift_on, is_test_mode);
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_donor;

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_by_making;
CREATE INDEX CONCURRENTLY donor_by_making ON giving.donor (organization_id, created_at, id);

DROP INDEX CONCURRENTLY IF EXISTS giving.donor_by_change;
CREATE INDEX CONCURRENTLY donor_by_change ON giving.donor (organization_id, modified_at, id);
