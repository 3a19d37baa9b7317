-- A correction of which the CRM took back more than is left fails for a reason of its own.
--
-- Programs before this one do not know the reason, so they must not start on it.

CREATE OR REPLACE FUNCTION sync.state_of(p_reason text, p_wanted int, p_done int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_done >= p_wanted THEN 'synced'
        WHEN p_reason IN ('queued', 'waiting_for_donor', 'retrying') THEN 'pending'
        WHEN p_reason IN ('campaign_sync_off', 'held_campaign_paused', 'test_mode', 'no_integration', 'no_syncing_campaign')
            THEN 'withheld'
        WHEN p_reason IN ('contact_not_found', 'contact_archived', 'contact_ambiguous', 'project_unknown', 'project_inactive',
            'missing_required_field', 'gift_reversed', 'destination_rejected', 'retries_exhausted', 'record_unreadable') THEN 'failed'
    END;
