-- giving_code.give: one call writes a batch of gifts of one organization, donors, splits and events, in one round trip.
--
-- p_gifts is an array of objects (see giving/give/rules.py NewGift). The answer has one row per element:
-- created | replayed (same idempotency or source key, same content) | refused (problems says why; nothing of that
-- gift was written). A unique violation fails the whole call: the caller then sends its elements one by one.
--
-- Locks are taken in one order by everybody: new donors sorted by identity, then known donors sorted by id. The donor
-- row stays locked until commit and event ids are drawn after that, so event order is commit order per donor.

CREATE TYPE giving_code.new_gift AS (
    ord int, email text, email_key text, donor_source_system text, donor_source_key text,
    title text, first_name text, middle_name text, last_name text, suffix text,
    is_organization boolean, organization_name text, phone text,
    address1 text, address2 text, city text, state text, postal text, country text,
    crm_key text, campaign_id bigint, amount_minor bigint, currency text, projects jsonb, gift_on date,
    is_test_mode boolean, is_anonymous boolean, payment_type text, payment_info text, gateway text,
    transaction_id text, authorization_number text, segment_code text, motivation_code text, notes text, comment text,
    source_system text, source_key text, idempotency_key text, fingerprint text
);

CREATE TYPE giving_code.checked_gift AS (
    ord int, campaign_name text, can_sync boolean, project_ids bigint[], project_minor bigint[],
    project_names text[], problems jsonb
);

-- Resolve campaign and projects of each gift and name everything that is wrong with them.
CREATE FUNCTION giving_code.check_gifts(p_organization_id bigint, p_gifts giving_code.new_gift[])
RETURNS SETOF giving_code.checked_gift LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT g.ord, c.name, coalesce(c.can_sync, true), s.ids, s.minor, s.names,
        CASE WHEN g.campaign_id IS NOT NULL AND c.id IS NULL THEN jsonb_build_array(jsonb_build_object(
            'field', 'campaignId', 'code', 'UNKNOWN', 'message', 'There is no campaign with this id.'))
        ELSE '[]' END || coalesce(s.problems, '[]')
    FROM unnest(p_gifts) g
    LEFT JOIN giving.campaign c ON c.organization_id = p_organization_id AND c.id = g.campaign_id
    CROSS JOIN LATERAL (
        SELECT array_agg(p.id ORDER BY a.n) AS ids, array_agg((a.x ->> 'minor')::bigint ORDER BY a.n) AS minor,
            array_agg(p.name ORDER BY a.n) AS names,
            jsonb_agg(jsonb_build_object(
                'field', format('projects[%s].%s', a.n - 1, CASE WHEN a.x ? 'code' THEN 'code' ELSE 'projectId' END),
                'code', CASE WHEN p.id IS NULL THEN 'UNKNOWN' ELSE 'INACTIVE' END,
                'message', CASE WHEN p.id IS NULL THEN 'There is no project with this id or code.'
                    ELSE 'This project is inactive and takes no new gifts.' END)
            ) FILTER (WHERE p.is_active IS NOT TRUE) AS problems
        FROM jsonb_array_elements(g.projects) WITH ORDINALITY AS a (x, n)
        LEFT JOIN LATERAL (
            SELECT p.* FROM giving.project p
            WHERE a.x ? 'id' AND p.organization_id = p_organization_id AND p.id = (a.x ->> 'id')::bigint
            UNION ALL
            SELECT p.* FROM giving.project p
            WHERE a.x ? 'code' AND p.organization_id = p_organization_id AND p.code_key = a.x ->> 'code'
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
CREATE FUNCTION giving_code.known_gifts(p_organization_id bigint, p_gifts giving_code.new_gift[])
RETURNS TABLE (ord int, is_same boolean, gift_id bigint, donor_id bigint, received_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
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

-- Make the donors that are not known yet, in one order for everybody; answers their ids.
CREATE FUNCTION giving_code.make_donors(p_organization_id bigint, p_gifts giving_code.new_gift[], p_now timestamptz)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
BEGIN
    WITH made AS (
        INSERT INTO giving.donor (organization_id, email, email_key, source_system, source_key, title, first_name,
            middle_name, last_name, suffix, is_organization, organization_name, phone, address1, address2, city, state,
            postal, country, crm_key, is_test_mode, created_at, modified_at)
        SELECT DISTINCT ON (i.system, i.key)
            p_organization_id, g.email, g.email_key, g.donor_source_system, g.donor_source_key, g.title, g.first_name,
            g.middle_name, g.last_name, g.suffix, g.is_organization, g.organization_name, g.phone, g.address1,
            g.address2, g.city, g.state, g.postal, g.country, g.crm_key, g.is_test_mode, p_now, p_now
        FROM unnest(p_gifts) g
        CROSS JOIN LATERAL (
            SELECT CASE WHEN g.email_key IS NULL THEN g.donor_source_system ELSE '' END AS system,
                coalesce(g.email_key, g.donor_source_key) AS key) i
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.email_key = g.email_key LIMIT 1) e ON true
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.source_system = g.donor_source_system AND d.source_key = g.donor_source_key LIMIT 1) s ON true
        WHERE e.id IS NULL AND s.id IS NULL
        ORDER BY i.system, i.key, g.ord
        ON CONFLICT DO NOTHING
        RETURNING id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_ids FROM made;
    RETURN v_ids;
END
$$;

-- The donor of each gift, in the order of the gifts: by e-mail first, else by source key.
CREATE FUNCTION giving_code.find_donors(p_organization_id bigint, p_gifts giving_code.new_gift[])
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(coalesce(e.id, s.id) ORDER BY g.ord)
        FROM unnest(p_gifts) g
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.email_key = g.email_key LIMIT 1) e ON true
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.source_system = g.donor_source_system AND d.source_key = g.donor_source_key LIMIT 1) s ON true);
END
$$;

-- Fill what a known donor lacks from what a gift brings; never overwrite. Answers the donors that changed.
CREATE FUNCTION giving_code.complete_donors(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_ords int[], p_donor_ids bigint[], p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
    v_ords int[];
BEGIN
    SELECT array_agg(x.id), array_agg(x.ord) INTO v_ids, v_ords FROM (
        SELECT DISTINCT ON (d.id) d.id, g.ord
        FROM unnest(p_ords, p_donor_ids) AS i (gift_ord, donor_id)
        JOIN unnest(p_gifts) g ON g.ord = i.gift_ord
        CROSS JOIN LATERAL (SELECT * FROM giving.donor k WHERE k.organization_id = p_organization_id
            AND k.id = i.donor_id LIMIT 1) d
        WHERE (d.email IS NULL AND g.email IS NOT NULL) OR (d.first_name IS NULL AND g.first_name IS NOT NULL)
            OR (d.last_name IS NULL AND g.last_name IS NOT NULL) OR (d.phone IS NULL AND g.phone IS NOT NULL)
            OR (d.crm_key IS NULL AND g.crm_key IS NOT NULL) OR (d.address1 IS NULL AND g.address1 IS NOT NULL)
        ORDER BY d.id, g.ord) x;
    IF v_ids IS NOT NULL THEN
        UPDATE giving.donor d SET
            email = coalesce(d.email, g.email), email_key = coalesce(d.email_key, g.email_key),
            first_name = coalesce(d.first_name, g.first_name), last_name = coalesce(d.last_name, g.last_name),
            phone = coalesce(d.phone, g.phone), crm_key = coalesce(d.crm_key, g.crm_key),
            address1 = coalesce(d.address1, g.address1),
            address2 = CASE WHEN d.address1 IS NULL THEN g.address2 ELSE d.address2 END,
            city = CASE WHEN d.address1 IS NULL THEN g.city ELSE d.city END,
            state = CASE WHEN d.address1 IS NULL THEN g.state ELSE d.state END,
            postal = CASE WHEN d.address1 IS NULL THEN g.postal ELSE d.postal END,
            country = CASE WHEN d.address1 IS NULL THEN g.country ELSE d.country END,
            modified_at = p_now
        FROM unnest(v_ids, v_ords) AS i (donor_id, gift_ord)
        JOIN unnest(p_gifts) g ON g.ord = i.gift_ord
        WHERE d.organization_id = p_organization_id AND d.id = ANY (v_ids) AND d.id = i.donor_id;
    END IF;
    RETURN coalesce(v_ids, '{}');
END
$$;

-- Planning is most of a small batch's cost, so plans are made once per connection. The tables may be empty then, hence
-- no sequential scans: such a plan would go on reading whole tables after they have grown.
CREATE FUNCTION giving_code.give(p_organization_id bigint, p_gifts jsonb)
RETURNS TABLE (ord int, outcome text, gift_id bigint, donor_id bigint, received_at timestamptz,
               project_ids bigint[], project_minor bigint[], project_names text[], campaign_name text, problems text)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_gifts giving_code.new_gift[];
    v_checked giving_code.checked_gift[];
    v_done int[];
    v_ords int[];
    v_made bigint[];
    v_changed bigint[];
    v_donor_ids bigint[];
    v_gift_ids bigint[];
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(g ORDER BY g.ord) INTO v_gifts FROM jsonb_populate_recordset(NULL::giving_code.new_gift, p_gifts) g;
    SELECT array_agg(c) INTO v_checked FROM giving_code.check_gifts(p_organization_id, v_gifts) c;

    FOR r IN SELECT * FROM giving_code.known_gifts(p_organization_id, v_gifts) LOOP
        ord := r.ord;
        outcome := CASE WHEN r.is_same THEN 'replayed' ELSE 'conflict' END;
        gift_id := r.gift_id;
        donor_id := r.donor_id;
        received_at := r.received_at;
        v_done := v_done || r.ord;
        RETURN NEXT;
    END LOOP;
    RETURN QUERY
    SELECT c.ord, 'refused', NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint[], NULL::bigint[],
        NULL::text[], NULL::text, c.problems::text
    FROM unnest(v_checked) c WHERE c.problems <> '[]' AND c.ord <> ALL (coalesce(v_done, '{}'));

    SELECT array_agg(g ORDER BY g.ord), array_agg(g.ord ORDER BY g.ord) INTO v_gifts, v_ords
    FROM unnest(v_gifts) g JOIN unnest(v_checked) c ON c.ord = g.ord
    WHERE c.problems = '[]' AND g.ord <> ALL (coalesce(v_done, '{}'));
    IF v_gifts IS NULL THEN
        RETURN;
    END IF;

    v_made := giving_code.make_donors(p_organization_id, v_gifts, v_now);
    v_donor_ids := giving_code.find_donors(p_organization_id, v_gifts);
    PERFORM FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (v_donor_ids)
    ORDER BY d.id FOR NO KEY UPDATE;
    v_changed := giving_code.complete_donors(p_organization_id, v_gifts, v_ords, v_donor_ids, v_now);
    SELECT array_agg(nextval('giving.gift_id_seq')) INTO v_gift_ids FROM unnest(v_ords);

    INSERT INTO giving.gift (organization_id, id, donor_id, campaign_id, amount_minor, currency, project_ids,
        project_minor, gift_on, received_at, modified_at, can_sync, is_test_mode, is_anonymous, payment_type,
        payment_info, gateway, transaction_id, authorization_number, segment_code, motivation_code, notes, comment,
        source_system, source_key, idempotency_key, fingerprint)
    SELECT p_organization_id, i.gift_id, i.donor_id, g.campaign_id, g.amount_minor, g.currency, c.project_ids,
        c.project_minor, g.gift_on, v_now, v_now, c.can_sync, g.is_test_mode, g.is_anonymous, g.payment_type,
        g.payment_info, g.gateway, g.transaction_id, g.authorization_number, g.segment_code, g.motivation_code,
        g.notes, g.comment, g.source_system, g.source_key, g.idempotency_key, decode(g.fingerprint, 'hex')
    FROM unnest(v_ords, v_gift_ids, v_donor_ids) AS i (ord, gift_id, donor_id)
    JOIN unnest(v_gifts) g ON g.ord = i.ord
    JOIN unnest(v_checked) c ON c.ord = i.ord;

    INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, e.donor_id), e.donor_id, e.kind, e.record_id, v_now
    FROM (
        SELECT m AS donor_id, 'donor.created' AS kind, m AS record_id, 0::bigint AS n FROM unnest(v_made) AS m
        UNION ALL
        SELECT m, 'donor.updated', m, 0 FROM unnest(v_changed) AS m WHERE m <> ALL (v_made)
        UNION ALL
        SELECT i.donor_id, 'gift.created', i.gift_id, i.n
        FROM unnest(v_donor_ids, v_gift_ids) WITH ORDINALITY AS i (donor_id, gift_id, n)
    ) e
    ORDER BY e.n;

    RETURN QUERY
    SELECT i.ord, 'created', i.gift_id, i.donor_id, v_now, c.project_ids, c.project_minor, c.project_names,
        c.campaign_name, NULL::text
    FROM unnest(v_ords, v_gift_ids, v_donor_ids) AS i (ord, gift_id, donor_id)
    JOIN unnest(v_checked) c ON c.ord = i.ord;
END
$$;
