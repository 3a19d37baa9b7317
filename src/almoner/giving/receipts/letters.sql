-- Letters whose turn has come, over all organizations, those that wait longest first.
CREATE FUNCTION giving_code.due_letters(p_now timestamptz, p_limit int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT l.organization_id, l.id FROM giving.donor_letter l
    WHERE l.due_at <= p_now ORDER BY l.due_at, l.id LIMIT p_limit;
END
$$;

-- Take over those of p_ids that are still due, until p_until: who takes one says what became of it, or it is due again then.
CREATE FUNCTION giving_code.claim_letters(p_organization_id bigint, p_ids bigint[], p_now timestamptz, p_until timestamptz)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY UPDATE giving.donor_letter l SET state = 'sending', attempts = l.attempts + 1, due_at = p_until, modified_at = p_now
    WHERE l.organization_id = p_organization_id AND l.id IN (
        SELECT x.id FROM giving.donor_letter x
        WHERE x.organization_id = p_organization_id AND x.id = ANY (p_ids) AND x.due_at <= p_now
        ORDER BY x.id FOR UPDATE SKIP LOCKED)
    RETURNING l.id;
END
$$;

-- Rounds of statements whose next portion is due, over all organizations.
CREATE FUNCTION giving_code.due_statement_runs(p_now timestamptz, p_limit int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT r.organization_id, r.id FROM giving.statement_run r
    WHERE r.due_at <= p_now ORDER BY r.due_at LIMIT p_limit;
END
$$;
