-- after the rest
--
-- The kinds of records are proved of those that were there, beside those who write; and what waits for its gift goes on by itself.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

ALTER TABLE sync.record VALIDATE CONSTRAINT record_entity_check;
DROP INDEX CONCURRENTLY IF EXISTS sync.record_to_mend_by_itself;
CREATE INDEX CONCURRENTLY record_to_mend_by_itself ON sync.record (organization_id)
    WHERE reason IN ('project_unknown', 'project_inactive', 'held_campaign_paused', 'gift_reversed', 'waiting_for_gift');
DROP INDEX CONCURRENTLY IF EXISTS sync.record_to_mend;
