-- after the rest
--
-- Checks of gifts and projects are proved of those that were there before them, beside those who write.

ALTER TABLE crm.gift VALIDATE CONSTRAINT gift_passthroughs_have_amounts;
ALTER TABLE crm.project VALIDATE CONSTRAINT project_temporary_status_ends;
