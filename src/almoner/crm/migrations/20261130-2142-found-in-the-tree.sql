-- after the rest
--
-- What is below a project: slow without these, and right.
--
-- squawk-ignore-file ban-concurrent-index-creation-in-transaction
-- What runs after the rest runs outside of a transaction.

DROP INDEX CONCURRENTLY IF EXISTS crm.project_parts;
CREATE INDEX CONCURRENTLY project_parts ON crm.project (organization_id, parent_id) WHERE parent_id IS NOT NULL;

DROP INDEX CONCURRENTLY IF EXISTS crm.project_below;
CREATE INDEX CONCURRENTLY project_below ON crm.project_ancestor (organization_id, ancestor_id);
