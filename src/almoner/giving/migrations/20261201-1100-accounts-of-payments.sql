-- older programs may run on this
--
-- Through which account at the processor a payment was asked for, and its gift paid: another account in its place knows nothing of it. NULL
-- of those of before, and where the processor does not say which account it is.

ALTER TABLE giving.stripe_account ADD COLUMN account text;
GRANT UPDATE (account) ON giving.stripe_account TO almoner_app;
ALTER TABLE giving.payment_intent ADD COLUMN account text;
ALTER TABLE giving.gift ADD COLUMN account text;
