-- after the rest
--
-- Nobody asks for lines of the balance by payment.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS giving.stripe_entry_payment;
