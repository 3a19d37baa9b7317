-- needs: giving/reversals/follow
--
-- Reversals are written here alone. Whoever calls these has locked the gift's donor.

-- What is left of a gift for each project, in the order of its split: what was given less what is taken back, or about to be.
CREATE FUNCTION giving_code.left_of(p_organization_id bigint, p_gift_id bigint)
RETURNS TABLE (project_id bigint, code text, code_key text, minor bigint, given_minor bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT s.project_id, p.code, p.code_key, sum(s.minor - coalesce(s.back, 0))::bigint, sum(s.minor)::bigint
    FROM giving.gift g
    CROSS JOIN LATERAL unnest(g.project_ids, g.project_minor, g.project_reversed_minor) WITH ORDINALITY AS s (project_id, minor, back, n)
    LEFT JOIN giving.project p ON p.organization_id = p_organization_id AND p.id = s.project_id
    WHERE g.organization_id = p_organization_id AND g.id = p_gift_id
    GROUP BY s.project_id, p.code, p.code_key ORDER BY min(s.n);
END
$$;

-- Store reversals, or write those that are there anew, as their rows say it, and bring their gift in step. Answers the gift's version
-- since, if it has another.
CREATE FUNCTION giving_code.book_reversal(p_organization_id bigint, p_row jsonb, p_now timestamptz, OUT id bigint, OUT gift_version int)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_id bigint;
    v_new giving.reversal := jsonb_populate_record(NULL::giving.reversal, p_row);
    v_was giving.gift;
BEGIN
    SELECT g.* INTO v_was FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = v_new.gift_id FOR NO KEY UPDATE;
    v_id := coalesce(v_new.id, nextval('giving.reversal_id_seq'));
    INSERT INTO giving.reversal AS r (organization_id, id, gift_id, kind, state, amount_minor, project_ids, project_minor, said_minor,
        gateway, gateway_key, transaction_id, reason, detail, requested_by, idempotency_key, fingerprint, on_day, reinstated_on, looks,
        look_at, version, created_at, modified_at)
    VALUES (p_organization_id, v_id, v_new.gift_id, v_new.kind, v_new.state, v_new.amount_minor, v_new.project_ids,
        v_new.project_minor, v_new.said_minor, v_was.gateway, v_new.gateway_key, v_new.transaction_id, v_new.reason, v_new.detail,
        v_new.requested_by, v_new.idempotency_key, v_new.fingerprint, v_new.on_day, v_new.reinstated_on, coalesce(v_new.looks, 0), v_new.look_at,
        coalesce(v_new.version, 1), p_now, p_now)
    ON CONFLICT (organization_id, id) DO UPDATE SET state = excluded.state, amount_minor = excluded.amount_minor,
        project_ids = excluded.project_ids, project_minor = excluded.project_minor, said_minor = excluded.said_minor,
        transaction_id = excluded.transaction_id, reason = excluded.reason, detail = excluded.detail, on_day = excluded.on_day,
        reinstated_on = excluded.reinstated_on, looks = excluded.looks, look_at = excluded.look_at, version = excluded.version, modified_at = p_now;
    id := v_id;
    gift_version := giving_code.follow_reversals(p_organization_id, v_was, p_now);
END
$$;

-- Refunds whose gateway is to be looked at, over all tenants, no more than p_each of one, for the sweeper. Times are the database's: processes may disagree about theirs.
CREATE FUNCTION giving_code.due_refunds(p_limit int, p_each int) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    PERFORM platform_code.require_system();
    -- From organization to organization by the index: however much is due of one, it keeps nobody waiting.
    RETURN QUERY WITH RECURSIVE o (organization_id) AS (
        (SELECT r.organization_id FROM giving.reversal r WHERE r.look_at IS NOT NULL ORDER BY r.organization_id LIMIT 1)
        UNION ALL
        SELECT (SELECT r.organization_id FROM giving.reversal r WHERE r.look_at IS NOT NULL AND r.organization_id > o.organization_id
            ORDER BY r.organization_id LIMIT 1)
        FROM o WHERE o.organization_id IS NOT NULL)
    SELECT d.organization_id, d.id FROM o
    CROSS JOIN LATERAL (SELECT r.organization_id, r.id, r.look_at FROM giving.reversal r
        WHERE r.organization_id = o.organization_id AND r.look_at <= v_now ORDER BY r.look_at, r.id LIMIT p_each) d
    ORDER BY d.look_at, d.organization_id, d.id LIMIT p_limit;
END
$$;

-- Take over a refund that is due until the lease is over; `looks` is how often its gateway has answered. No row: it is not due, or not asked for any more.
CREATE FUNCTION giving_code.claim_refund(p_organization_id bigint, p_id bigint, p_lease_seconds float8)
RETURNS TABLE (id bigint, gateway text, gateway_key uuid, payment_id text, looks int, account text) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY UPDATE giving.reversal r SET look_at = v_now + make_interval(secs => p_lease_seconds),
        modified_at = v_now
    WHERE r.organization_id = p_organization_id AND r.id = p_id AND r.state = 'asked' AND r.look_at <= v_now
    RETURNING r.id, r.gateway, r.gateway_key, (SELECT g.transaction_id FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.id = r.gift_id), r.looks, (SELECT g.account FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.id = r.gift_id);
END
$$;

-- What processors said and nobody could settle yet, over all tenants, that is due at p_now: the time of the program, as the words' is.
CREATE FUNCTION giving_code.due_words(p_now timestamptz, p_limit int) RETURNS TABLE (organization_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT w.organization_id FROM giving.processor_word w
    WHERE w.look_at <= p_now GROUP BY w.organization_id ORDER BY min(w.look_at) LIMIT p_limit;
END
$$;
