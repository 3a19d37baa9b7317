-- after the rest
--
-- What gifts and changes of campaigns name is proved of those that were there before.

ALTER TABLE giving.gift VALIDATE CONSTRAINT gift_segment_id_fkey;
ALTER TABLE giving.gift VALIDATE CONSTRAINT gift_form_id_fkey;
ALTER TABLE giving.campaign_sync_change VALIDATE CONSTRAINT campaign_sync_change_campaign_id_fkey;
