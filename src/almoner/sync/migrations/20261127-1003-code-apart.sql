-- older programs may run on this
--
-- Functions moved to sync_code; the old names serve processes of the program before this one.

CREATE OR REPLACE FUNCTION sync.due_donors(p_now timestamptz, p_limit int)
RETURNS TABLE (organization_id bigint, donor_id bigint) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.organization_id, d.donor_id FROM sync_code.due_donors(p_now, p_limit) d;
END
$$;

CREATE OR REPLACE FUNCTION sync.organizations_missing_projects() RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT * FROM sync_code.organizations_missing_projects();
END
$$;
