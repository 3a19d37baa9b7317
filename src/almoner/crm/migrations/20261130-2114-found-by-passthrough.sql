-- after the rest
--
-- The gifts that came through a contact: slow without it, and right. Ids of contacts are of one sequence for all organizations.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.gift_passthroughs;
CREATE INDEX CONCURRENTLY gift_passthroughs ON crm.gift USING gin (passthrough_contact_ids)
    WHERE passthrough_contact_ids <> '{}';
