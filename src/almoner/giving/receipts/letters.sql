-- Whether no letter that was written to the donor before this one is being sent, or is due as well: letters of one donor go one after another.
CREATE FUNCTION giving_code.is_first_letter(p_organization_id bigint, p_donor_id bigint, p_id bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM giving.donor_letter y
        WHERE y.organization_id = p_organization_id AND y.donor_id = p_donor_id AND y.id < p_id AND y.due_at IS NOT NULL
            AND (y.due_at <= p_now OR y.state = 'sending'));
END
$$;

-- Letters whose turn has come, over all organizations, those that wait longest first: of each donor the first that was written.
CREATE FUNCTION giving_code.due_letters(p_now timestamptz, p_limit int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT l.organization_id, l.id FROM giving.donor_letter l
    WHERE l.due_at <= p_now AND giving_code.is_first_letter(l.organization_id, l.donor_id, l.id, p_now)
    ORDER BY l.due_at, l.id LIMIT p_limit;
END
$$;

-- Letters whose turn has come and that were written before p_before, over all organizations.
CREATE FUNCTION giving_code.old_letters(p_now timestamptz, p_before timestamptz, p_limit int)
RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT l.organization_id, l.id FROM giving.donor_letter l
    WHERE l.due_at <= p_now AND l.created_at < p_before ORDER BY l.due_at, l.id LIMIT p_limit;
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
            AND giving_code.is_first_letter(p_organization_id, x.donor_id, x.id, p_now)
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
