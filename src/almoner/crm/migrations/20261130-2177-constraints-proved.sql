-- after the rest
--
-- Checks of gifts and projects, and the segments that promises name, are proved of those that were there before them, beside those who write.

ALTER TABLE crm.gift VALIDATE CONSTRAINT gift_passthroughs_have_amounts;
ALTER TABLE crm.project VALIDATE CONSTRAINT project_temporary_status_ends;
ALTER TABLE crm.gift_ask VALIDATE CONSTRAINT gift_ask_segment_id_fkey;
ALTER TABLE crm.planned_gift VALIDATE CONSTRAINT planned_gift_segment_id_fkey;
ALTER TABLE crm.pledge VALIDATE CONSTRAINT pledge_segment_id_fkey;
ALTER TABLE crm.grant_award VALIDATE CONSTRAINT grant_award_segment_id_fkey;
