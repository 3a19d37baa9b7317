-- What of a batch of gifts can be written: types, campaign and projects, gifts that are here already.

CREATE TYPE giving_code.new_gift AS (
    ord int, email text, email_key text, donor_source_system text, donor_source_key text,
    title text, first_name text, middle_name text, last_name text, suffix text,
    is_organization boolean, organization_name text, phone text,
    address1 text, address2 text, city text, state text, postal text, country text,
    crm_key text, campaign_id bigint, amount_minor bigint, currency text, projects jsonb, gift_on date,
    is_test_mode boolean, is_anonymous boolean, payment_type text, payment_info text, gateway text,
    transaction_id text, authorization_number text, segment_code text, motivation_code text, notes text, comment text,
    source_system text, source_key text, idempotency_key text, fingerprint text, intent_id bigint,
    segment_id bigint, form_id bigint, premium_id bigint, detail jsonb, problems jsonb,
    custom_values jsonb,
    account text
);

-- What decides whether a gift can be: all that is looked at before it is paid. `problems` were found before: they refuse a gift that is
-- not here yet. `segment_key` is the folded code of a segment, where nobody has looked yet whether one has it.
CREATE TYPE giving_code.asked_gift AS (
    ord int, campaign_id bigint, projects jsonb, idempotency_key text, source_system text, source_key text, fingerprint text,
    gateway text, amount_minor bigint, currency text, premium_id bigint, problems jsonb, segment_key text,
    account text
);

CREATE TYPE giving_code.checked_gift AS (
    ord int, campaign_name text, can_sync boolean, project_ids bigint[], project_minor bigint[],
    project_names text[], problems jsonb
);

-- Resolve campaign and projects of each gift and name everything that is wrong with them.
CREATE FUNCTION giving_code.check_gifts(p_organization_id bigint, p_gifts giving_code.asked_gift[])
RETURNS SETOF giving_code.checked_gift LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT g.ord, c.name, coalesce(c.can_sync, true), s.ids, s.minor, s.names,
        CASE WHEN g.campaign_id IS NOT NULL AND c.id IS NULL THEN jsonb_build_array(jsonb_build_object(
            'field', 'campaignId', 'code', 'UNKNOWN', 'message', 'There is no campaign with this id.'))
        ELSE '[]' END || coalesce(s.problems, '[]') || coalesce(g.problems, '[]')
    FROM unnest(p_gifts) g
    LEFT JOIN giving.campaign c ON c.organization_id = p_organization_id AND c.id = g.campaign_id
    CROSS JOIN LATERAL (
        SELECT array_agg(p.id ORDER BY a.n) AS ids, array_agg((a.x ->> 'minor')::bigint ORDER BY a.n) AS minor,
            array_agg(p.name ORDER BY a.n) AS names,
            jsonb_agg(jsonb_build_object(
                'field', format('projects[%s].%s', a.n - 1, CASE WHEN a.x ? 'code' THEN 'code' ELSE 'projectId' END),
                'code', CASE WHEN p.id IS NULL THEN 'UNKNOWN' WHEN p.code_key <> a.x ->> 'code' THEN 'INCONSISTENT' ELSE 'INACTIVE' END,
                'message', CASE WHEN p.id IS NULL THEN 'There is no project with this id or code.'
                    WHEN p.code_key <> a.x ->> 'code' THEN 'This is not the code of the project with this projectId.'
                    ELSE 'This project is inactive and takes no new gifts.' END)
            ) FILTER (WHERE p.is_active IS NOT TRUE OR p.code_key <> a.x ->> 'code') AS problems
        FROM jsonb_array_elements(g.projects) WITH ORDINALITY AS a (x, n)
        LEFT JOIN LATERAL (
            SELECT p.* FROM giving.project p
            WHERE a.x ? 'id' AND p.organization_id = p_organization_id AND p.id = (a.x ->> 'id')::bigint
            UNION ALL
            SELECT p.* FROM giving.project p
            WHERE NOT a.x ? 'id' AND a.x ? 'code' AND p.organization_id = p_organization_id AND p.code_key = a.x ->> 'code'
            UNION ALL
            SELECT p.* FROM giving.project p
            WHERE NOT a.x ?| '{id,code}' AND p.organization_id = p_organization_id AND p.is_default
            LIMIT 1
        ) p ON true
    ) s;
END
$$;

-- Lookups below are LATERAL ... LIMIT 1: that form is an index probe per gift in every plan, cached or not.

-- Gifts that are already stored under the idempotency key or the source key of a new one.
CREATE FUNCTION giving_code.known_gifts(p_organization_id bigint, p_gifts giving_code.asked_gift[])
RETURNS TABLE (ord int, is_same boolean, gift_id bigint, donor_id bigint, received_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(p_gifts) g WHERE g.idempotency_key IS NOT NULL OR g.source_key IS NOT NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT g.ord, k.fingerprint IS NOT DISTINCT FROM decode(g.fingerprint, 'hex'), k.id, k.donor_id, k.received_at
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL (SELECT * FROM giving.gift k WHERE k.organization_id = p_organization_id
        AND k.idempotency_key = g.idempotency_key LIMIT 1) k
    UNION
    SELECT g.ord, k.fingerprint IS NOT DISTINCT FROM decode(g.fingerprint, 'hex'), k.id, k.donor_id, k.received_at
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL (SELECT * FROM giving.gift k WHERE k.organization_id = p_organization_id
        AND k.source_system = g.source_system AND k.source_key = g.source_key LIMIT 1) k
    ORDER BY 2;  -- when the two keys name different gifts, the conflict is what the caller hears of
END
$$;
