-- after the rest
--
-- What each donor gave, less what went back, is read off this one alone: it takes the place of the index of 20261130-2392, which did not
-- know what went back. Queries are slow without it, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_left_of_donor;
CREATE INDEX CONCURRENTLY gift_left_of_donor ON giving.gift (organization_id, donor_id, id)
    INCLUDE (currency, amount_minor, reversed_minor, gift_on, is_test_mode);
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_of_donor;
