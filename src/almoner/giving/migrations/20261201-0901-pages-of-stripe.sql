-- What Stripe lists on many pages is stored page by page: how far it was read is kept with the event or the account that it is read for.
-- Of an account the end of the time that is asked for is kept too, for its pages are those of one question.

ALTER TABLE giving.stripe_event ADD COLUMN read_upto text;
GRANT UPDATE (read_upto) ON giving.stripe_event TO almoner_app;

ALTER TABLE giving.stripe_account ADD COLUMN asked_upto timestamptz, ADD COLUMN read_upto text,
    ADD CONSTRAINT stripe_account_reads CHECK ((asked_upto IS NULL) = (read_upto IS NULL)) NOT VALID;
GRANT UPDATE (asked_upto, read_upto) ON giving.stripe_account TO almoner_app;
