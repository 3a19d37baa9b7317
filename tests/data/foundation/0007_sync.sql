-- The sync: one row per giving record that was looked at, with its one state and its one reason.
-- A giving record without a row here is pending, reason queued.

CREATE SCHEMA sync;

CREATE TABLE sync.record (
    organization_id bigint NOT NULL,
    entity text NOT NULL CHECK (entity IN ('donor', 'gift')),
    record_id bigint NOT NULL,
    donor_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'synced', 'withheld', 'failed', 'skipped')),
    reason text,
    detail text,
    crm_id bigint,
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz,
    happened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, entity, record_id),
    CHECK ((state = 'synced') = (reason IS NULL)),
    CHECK ((state = 'synced') <= (crm_id IS NOT NULL))
) WITH (fillfactor = 85);
CREATE INDEX record_open ON sync.record (organization_id, donor_id, record_id) WHERE state = 'pending';
CREATE INDEX record_unsettled ON sync.record (organization_id, state, reason, record_id) WHERE state <> 'synced';
CREATE INDEX record_due ON sync.record (due_at) WHERE state = 'pending' AND due_at IS NOT NULL;
CREATE INDEX record_projects ON sync.record (organization_id) WHERE reason IN ('project_unknown', 'project_inactive');
CREATE INDEX record_changed ON sync.record (organization_id, changed_at);

-- Organisations with records whose next attempt is due, over all tenants, for the sync worker.
CREATE FUNCTION sync.due_donors(p_now timestamptz, p_limit int)
RETURNS TABLE (organization_id bigint, donor_id bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT DISTINCT d.organization_id, d.donor_id
    FROM (SELECT r.organization_id, r.donor_id FROM sync.record r
          WHERE r.state = 'pending' AND r.due_at <= p_now ORDER BY r.due_at LIMIT p_limit) d
$$;

-- Organisations that have records failed for a project that the CRM did not know or take.
CREATE FUNCTION sync.organizations_missing_projects() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT DISTINCT r.organization_id FROM sync.record r
    WHERE r.state = 'failed' AND r.reason IN ('project_unknown', 'project_inactive')
$$;

SELECT platform.protect('sync');
