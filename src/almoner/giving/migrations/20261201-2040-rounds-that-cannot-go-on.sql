-- older programs may run on this
--
-- Why a round of statements could not go on when it was last tried; null once it did.

ALTER TABLE giving.statement_run ADD COLUMN trouble text;
GRANT UPDATE (trouble) ON giving.statement_run TO almoner_app;
