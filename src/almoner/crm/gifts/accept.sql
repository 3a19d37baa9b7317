-- needs: crm/projects/totals
--
-- crm_code.accept_gifts: the CRM's side of the sync contract, a set at a time.

CREATE TYPE crm_code.incoming_gift AS (
    ord int, contact_id bigint, gift_type text, gift_on date, amount_minor bigint, currency text,
    designations jsonb, transaction_source text, transaction_id text, segment_code text, notes text,
    is_private boolean, origin jsonb
);

-- Each gift's designations as ids, or the first project that keeps it out.
CREATE FUNCTION crm_code.resolve_designations(p_organization_id bigint, p_gifts crm_code.incoming_gift[])
RETURNS TABLE (ord int, project_ids bigint[], minor bigint[], problem text, detail text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT g.ord, array_agg(p.id ORDER BY a.n), array_agg((a.x ->> 'minor')::bigint ORDER BY a.n),
        CASE WHEN bool_or(p.id IS NULL) THEN 'project_unknown'
            WHEN bool_or(NOT p.is_active) THEN 'project_inactive' END,
        CASE WHEN bool_or(p.id IS NULL) THEN min(a.x ->> 'code') FILTER (WHERE p.id IS NULL)
            ELSE min(a.x ->> 'code') FILTER (WHERE NOT p.is_active) END
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL jsonb_array_elements(g.designations) WITH ORDINALITY AS a (x, n)
    LEFT JOIN LATERAL (SELECT k.id, k.is_active FROM crm.project k WHERE k.organization_id = p_organization_id
        AND k.code_key = a.x ->> 'key' LIMIT 1) p ON true
    GROUP BY g.ord;
END
$$;

-- Write a set of gifts. The source key makes a repeat harmless: a gift already here answers with its id.
CREATE FUNCTION crm_code.accept_gifts(p_organization_id bigint, p_slot smallint, p_gifts jsonb)
RETURNS TABLE (ord int, gift_id bigint, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_gifts crm_code.incoming_gift[];
    v_ords int[];
    v_ids bigint[];
    v_problems text[];
    v_details text[];
    v_known int[];
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(g ORDER BY g.ord) INTO v_gifts FROM jsonb_populate_recordset(NULL::crm_code.incoming_gift, p_gifts) g;
    PERFORM FROM crm.contact c WHERE c.organization_id = p_organization_id
        AND c.id = ANY (ARRAY(SELECT g.contact_id FROM unnest(v_gifts) g)) ORDER BY c.id FOR NO KEY UPDATE;

    FOR r IN SELECT g.ord, k.id FROM unnest(v_gifts) g
        CROSS JOIN LATERAL (SELECT x.id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = g.transaction_source AND x.transaction_id = g.transaction_id LIMIT 1) k
    LOOP
        ord := r.ord;
        gift_id := r.id;
        v_known := v_known || r.ord;
        RETURN NEXT;
    END LOOP;

    WITH resolved AS MATERIALIZED (
        SELECT d.ord, d.project_ids, d.minor, coalesce(CASE WHEN c.id IS NULL THEN 'contact_not_found'
            WHEN c.is_archived THEN 'contact_archived' END, d.problem) AS problem, d.detail
        FROM crm_code.resolve_designations(p_organization_id, v_gifts) d
        JOIN unnest(v_gifts) g ON g.ord = d.ord
        LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
            AND k.id = g.contact_id LIMIT 1) c ON true
        WHERE d.ord <> ALL (coalesce(v_known, '{}'))
    ), written AS (
        INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency,
            designation_ids, designation_project_ids, designation_minor, transaction_source, transaction_id,
            segment_code, notes, origin, is_private, created_at, modified_at)
        SELECT p_organization_id, nextval('crm.gift_id_seq'), g.contact_id, g.gift_type, g.gift_on, g.amount_minor,
            g.currency, ARRAY(SELECT nextval('crm.gift_designation_id_seq') FROM unnest(d.minor)), d.project_ids,
            d.minor, g.transaction_source, g.transaction_id, g.segment_code, g.notes, g.origin, g.is_private, v_now,
            v_now
        FROM (SELECT * FROM unnest(v_gifts) x ORDER BY x.ord) g
        JOIN resolved d ON d.ord = g.ord AND d.problem IS NULL
        RETURNING id, transaction_source, transaction_id
    ), answered AS (
        SELECT d.ord, w.id, d.problem, d.detail
        FROM resolved d
        JOIN unnest(v_gifts) g ON g.ord = d.ord
        LEFT JOIN written w ON w.transaction_source = g.transaction_source AND w.transaction_id = g.transaction_id
    )
    SELECT array_agg(a.ord ORDER BY a.ord), array_agg(a.id ORDER BY a.ord), array_agg(a.problem ORDER BY a.ord),
        array_agg(a.detail ORDER BY a.ord)
    INTO v_ords, v_ids, v_problems, v_details FROM answered a;

    PERFORM crm_code.move_totals(p_organization_id, array_remove(v_ids, NULL), p_slot, 1);
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, g.contact_id), g.contact_id, 'gift.created', i.id,
        v_now
    FROM unnest(v_ords, v_ids) AS i (gift_ord, id) JOIN unnest(v_gifts) g ON g.ord = i.gift_ord
    WHERE i.id IS NOT NULL
    ORDER BY i.gift_ord;
    RETURN QUERY SELECT i.ord, i.id, i.problem, i.detail
    FROM unnest(v_ords, v_ids, v_problems, v_details) AS i (ord, id, problem, detail);
END
$$;
