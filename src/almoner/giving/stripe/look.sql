-- What of Stripe is to be looked at, over all tenants, and taking it over. Times are the database's: processes may disagree about theirs.

-- Events that are to be acted on, no more than p_each of one organization.
CREATE FUNCTION giving_code.due_stripe_events(p_limit int, p_each int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    PERFORM platform_code.require_system();
    -- From organization to organization by the index: however much is due of one, it keeps nobody waiting.
    RETURN QUERY WITH RECURSIVE o (organization_id) AS (
        (SELECT e.organization_id FROM giving.stripe_event e WHERE e.look_at IS NOT NULL ORDER BY e.organization_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.organization_id FROM giving.stripe_event e WHERE e.look_at IS NOT NULL AND e.organization_id > o.organization_id
            ORDER BY e.organization_id LIMIT 1)
        FROM o WHERE o.organization_id IS NOT NULL)
    SELECT d.organization_id, d.id FROM o
    CROSS JOIN LATERAL (SELECT e.organization_id, e.id, e.look_at FROM giving.stripe_event e
        WHERE e.organization_id = o.organization_id AND e.look_at <= v_now ORDER BY e.look_at, e.id LIMIT p_each) d
    ORDER BY d.look_at, d.organization_id, d.id LIMIT p_limit;
END
$$;

-- Accounts whose events are to be asked for again.
CREATE FUNCTION giving_code.due_stripe_accounts(p_limit int) RETURNS TABLE (organization_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT a.organization_id FROM giving.stripe_account a
    WHERE a.look_at <= v_now ORDER BY a.look_at LIMIT p_limit;
END
$$;

-- Take over an event that is due until the lease is over. No row: it is not due.
CREATE FUNCTION giving_code.claim_stripe_event(p_organization_id bigint, p_id bigint, p_lease_seconds float8)
RETURNS SETOF giving.stripe_event LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY UPDATE giving.stripe_event e SET looks = e.looks + 1, look_at = v_now + make_interval(secs => p_lease_seconds)
    WHERE e.organization_id = p_organization_id AND e.id = p_id AND e.look_at <= v_now
    RETURNING e.*;
END
$$;

-- Take over an account whose events are to be asked for; which one it is, is told by when it was set up. No row: they are not due.
CREATE FUNCTION giving_code.claim_stripe_account(p_organization_id bigint, p_seconds float8)
RETURNS TABLE (caught_up_at timestamptz, asked_upto timestamptz, read_upto text, set_up_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY UPDATE giving.stripe_account a SET look_at = v_now + make_interval(secs => p_seconds)
    WHERE a.organization_id = p_organization_id AND a.look_at <= v_now
    RETURNING a.caught_up_at, a.asked_upto, a.read_upto, a.modified_at;
END
$$;

-- Stripe holds a payment that no gift has, and its intent is over: it is looked at again, and what is held is given back. So it is where somebody looks
-- at this moment: they may have seen it as it was before.
CREATE FUNCTION giving_code.look_for_stray(p_organization_id bigint, p_gateway_key uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE giving.payment_intent i SET state = CASE i.state WHEN 'stored' THEN 'stored' ELSE 'cancelling' END, look_at = v_now,
        modified_at = v_now
    WHERE i.organization_id = p_organization_id AND i.gateway_key = p_gateway_key AND i.state IN ('stored', 'declined', 'cancelling', 'cancelled');
END
$$;
