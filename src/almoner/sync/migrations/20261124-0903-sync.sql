-- was: 0007_sync
--
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

SELECT platform.protect('sync');
