-- after the rest
--
-- What each donor gave less what went back is read off this one alone; what is only asked back is still given. It takes the place of
-- gift_left_of_donor. Queries are slow without it, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.gift_kept_of_donor;
CREATE INDEX CONCURRENTLY gift_kept_of_donor ON giving.gift (organization_id, donor_id, id)
    INCLUDE (currency, amount_minor, reversed_minor, reserved_minor, gift_on, is_test_mode);
DROP INDEX CONCURRENTLY IF EXISTS giving.gift_left_of_donor;
