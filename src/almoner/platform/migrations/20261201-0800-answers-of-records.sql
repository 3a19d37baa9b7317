-- older programs may run on this
--
-- Which records a kept answer speaks of, so that those of one person are found (decision 40); and answers go after a while.

ALTER TABLE platform.idempotency ADD COLUMN about text[];
GRANT UPDATE (about), DELETE ON platform.idempotency TO almoner_app;
