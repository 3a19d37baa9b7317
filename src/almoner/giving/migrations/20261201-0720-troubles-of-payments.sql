-- older programs may run on this
--
-- How often in a row a payment's gateway could not be looked at, or did not give back: each time it is left alone for longer.

ALTER TABLE giving.payment_intent ADD COLUMN failed_looks int NOT NULL DEFAULT 0;
GRANT UPDATE (failed_looks) ON giving.payment_intent TO almoner_app;
