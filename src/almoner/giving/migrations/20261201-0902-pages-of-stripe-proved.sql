-- after the rest
--
-- That an account's place in what it reads is whole is proved of those that were there before.

ALTER TABLE giving.stripe_account VALIDATE CONSTRAINT stripe_account_reads;
