-- after the rest
--
-- The gifts of a campaign: slow without this, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.campaign_part_campaign;
CREATE INDEX CONCURRENTLY campaign_part_campaign ON crm.campaign_part (organization_id, campaign_id, gift_id);
