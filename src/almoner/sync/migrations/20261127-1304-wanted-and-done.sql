-- For each destination and record: the version that must be there, and the one that is. What the state is follows from that and
-- from the reason: docs/decisions/0016.
--
-- squawk-ignore-file ban-drop-table, ban-drop-function, renaming-table, renaming-object, disallowed-unique-constraint, ban-drop-constraint
-- squawk-ignore-file constraint-missing-not-valid, adding-field-with-default, adding-serial-primary-key-field, ban-drop-default
-- squawk-ignore-file adding-required-field
-- The table is made anew in one go; the workers that write to it rest by now (20261126-0910-hand-over).

CREATE FUNCTION sync.state_of(p_reason text, p_wanted int, p_done int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_done >= p_wanted THEN 'synced'
        WHEN p_reason IN ('queued', 'waiting_for_donor', 'retrying') THEN 'pending'
        WHEN p_reason IN ('campaign_sync_off', 'held_campaign_paused', 'test_mode', 'no_integration', 'no_syncing_campaign')
            THEN 'withheld'
        WHEN p_reason IN ('contact_not_found', 'contact_archived', 'contact_ambiguous', 'project_unknown', 'project_inactive',
            'missing_required_field', 'destination_rejected', 'retries_exhausted') THEN 'failed'
    END;

CREATE TABLE sync.record_made_anew (
    organization_id bigint NOT NULL,
    destination text NOT NULL,
    entity text NOT NULL CHECK (entity IN ('donor', 'gift')),
    record_id bigint NOT NULL,
    donor_id bigint NOT NULL,
    -- Versions of the record in giving.
    wanted int NOT NULL,
    done int NOT NULL,
    -- The first change that is not there yet, or was not: the place of the record among its donor's.
    event_id bigint NOT NULL,
    reason text,
    detail text,
    state text NOT NULL GENERATED ALWAYS AS (sync.state_of(reason, wanted, done)) STORED,
    crm_id bigint,
    attempts int NOT NULL,
    due_at timestamptz,
    happened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    -- A gift's money, as it must be there and as it is; a donor has none.
    currency text,
    minor bigint,
    done_minor bigint,
    CONSTRAINT record_reason CHECK ((done >= wanted) = (reason IS NULL)),
    CONSTRAINT record_linked CHECK (done = 0 OR crm_id IS NOT NULL),
    CONSTRAINT record_money CHECK (CASE entity WHEN 'gift' THEN currency IS NOT NULL AND minor IS NOT NULL
        ELSE currency IS NULL AND minor IS NULL END),
    CONSTRAINT record_done_money CHECK ((done_minor IS NOT NULL) = (entity = 'gift' AND done > 0))
) WITH (fillfactor = 85);

INSERT INTO sync.record_made_anew (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason,
    detail, crm_id, attempts, due_at, happened_at, changed_at, currency, minor,
    done_minor)
SELECT organization_id, 'crm', entity, record_id, donor_id, 1, (state = 'synced')::int, 0, reason, detail, crm_id, attempts,
    due_at, happened_at, changed_at, currency, minor, CASE state WHEN 'synced' THEN minor END
FROM sync.record;

DROP TABLE sync.record;
ALTER TABLE sync.record_made_anew RENAME TO record;
ALTER TABLE sync.record RENAME CONSTRAINT record_made_anew_entity_check TO record_entity_check;
ALTER TABLE sync.record ADD CONSTRAINT record_pkey PRIMARY KEY (organization_id, destination, entity, record_id);
CREATE INDEX record_open ON sync.record (organization_id, destination, donor_id, event_id, record_id) WHERE state = 'pending';
CREATE INDEX record_unsettled ON sync.record (organization_id, state, reason, record_id) WHERE state <> 'synced';
CREATE INDEX record_due ON sync.record (destination, due_at) WHERE state = 'pending' AND due_at IS NOT NULL;
CREATE INDEX record_mendable ON sync.record (organization_id)
    WHERE reason IN ('project_unknown', 'project_inactive', 'held_campaign_paused');
CREATE INDEX record_changed ON sync.record (organization_id, changed_at);
SELECT platform.protect_table('sync.record');

-- there_n and there_minor: how many of them are at the destination in some version, and the money they have there.
DELETE FROM sync.tally;
ALTER TABLE sync.tally ADD COLUMN destination text NOT NULL, ADD COLUMN there_n bigint NOT NULL,
    ADD COLUMN there_minor bigint NOT NULL;
ALTER TABLE sync.tally DROP CONSTRAINT tally_pkey;
ALTER TABLE sync.tally ADD CONSTRAINT tally_pkey PRIMARY KEY (organization_id, destination, entity, state, currency, slot);
INSERT INTO sync.tally (organization_id, destination, entity, state, currency, slot, n, minor, there_n, there_minor)
SELECT organization_id, destination, entity, state, coalesce(currency, ''), 0, count(*), coalesce(sum(minor), 0),
    count(done_minor), coalesce(sum(done_minor), 0)
FROM sync.record GROUP BY organization_id, destination, entity, state, coalesce(currency, '');

-- The names that workers of the first version called, which rest by now.
DROP FUNCTION sync.due_donors(timestamptz, int), sync.organizations_missing_projects();
