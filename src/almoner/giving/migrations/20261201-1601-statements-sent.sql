-- older programs may run on this
--
-- What a statement adds up to, by currency, so that a later round can tell whom it would say the same again; and how many a round left out for that.

ALTER TABLE giving.statement ADD COLUMN sums jsonb;
ALTER TABLE giving.statement_run ADD COLUMN mails_again boolean NOT NULL DEFAULT false;
ALTER TABLE giving.statement_run ADD COLUMN skipped_count int NOT NULL DEFAULT 0;
GRANT UPDATE (skipped_count) ON giving.statement_run TO almoner_app;
