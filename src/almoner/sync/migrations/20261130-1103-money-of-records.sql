-- after the rest
--
-- The check of a record's money is proved of the rows that were there before it, beside those who write.

ALTER TABLE sync.record VALIDATE CONSTRAINT record_money;
