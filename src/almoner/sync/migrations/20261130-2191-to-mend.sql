-- after the rest
--
-- What goes on by itself when something else has changed: a reversal that is deleted, too.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS sync.record_to_mend;
CREATE INDEX CONCURRENTLY record_to_mend ON sync.record (organization_id)
    WHERE reason IN ('project_unknown', 'project_inactive', 'held_campaign_paused', 'gift_reversed');
DROP INDEX CONCURRENTLY IF EXISTS sync.record_mendable;
