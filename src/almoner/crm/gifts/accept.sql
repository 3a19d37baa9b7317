-- needs: crm/projects/totals, crm/contacts/accept
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

-- What of a gift is worked out here: the ids it gets and its designations, or the problem that keeps it out.
CREATE TYPE crm_code.checked_gift AS (
    ord int, id bigint, designation_ids bigint[], project_ids bigint[], minor bigint[], problem text, detail text
);

-- Lock the contacts of gifts, in one order for everybody, and name the contact each gift goes to: a merged one's survivor.
CREATE FUNCTION crm_code.lock_contacts(p_organization_id bigint, p_contact_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := p_contact_ids;
    v_is_merged boolean;
BEGIN
    LOOP
        -- What a locked row says is what stands behind the lock: who merges a contact holds it.
        SELECT bool_or(k.merged_into_id IS NOT NULL) INTO v_is_merged
        FROM (SELECT c.merged_into_id FROM crm.contact c
            WHERE c.organization_id = p_organization_id AND c.id = ANY (v_ids) ORDER BY c.id FOR NO KEY UPDATE) k;
        IF v_is_merged IS NOT TRUE THEN
            RETURN v_ids;
        END IF;
        v_ids := ARRAY(SELECT crm_code.survivor(p_organization_id, i.id)
            FROM unnest(v_ids) WITH ORDINALITY AS i (id, n) ORDER BY i.n);
    END LOOP;
END
$$;

-- Each gift that is not here yet, with its designations and fresh ids, or with its problem.
CREATE FUNCTION crm_code.check_gifts(p_organization_id bigint, p_gifts crm_code.incoming_gift[], p_known int[])
RETURNS crm_code.checked_gift[] LANGUAGE plpgsql AS $$
DECLARE
    v_checked crm_code.checked_gift[];
BEGIN
    SELECT array_agg((d.ord, NULL, NULL, d.project_ids, d.minor, coalesce(CASE WHEN c.id IS NULL THEN 'contact_not_found'
        WHEN c.is_archived THEN 'contact_archived' END, d.problem),
        CASE WHEN NOT c.is_archived THEN d.detail END)::crm_code.checked_gift)
    INTO v_checked
    FROM crm_code.resolve_designations(p_organization_id, p_gifts) d
    JOIN unnest(p_gifts) g ON g.ord = d.ord
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = g.contact_id LIMIT 1) c ON true
    WHERE d.ord <> ALL (p_known);
    RETURN ARRAY(
        SELECT (x.ord, CASE WHEN x.problem IS NULL THEN nextval('crm.gift_id_seq') END,
            CASE WHEN x.problem IS NULL THEN ARRAY(
                SELECT nextval('crm.gift_designation_id_seq') FROM unnest(x.minor)) END,
            x.project_ids, x.minor, x.problem, x.detail)::crm_code.checked_gift
        FROM (SELECT * FROM unnest(v_checked) c ORDER BY c.ord) x);
END
$$;

-- Write the gifts that have an id, move the kept figures, append the events.
CREATE FUNCTION crm_code.write_gifts(
    p_organization_id bigint, p_slot smallint, p_gifts crm_code.incoming_gift[], p_checked crm_code.checked_gift[],
    p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency,
        designation_ids, designation_project_ids, designation_minor, transaction_source, transaction_id,
        segment_code, notes, origin, is_private, created_at, modified_at, version)
    SELECT p_organization_id, c.id, g.contact_id, g.gift_type, g.gift_on, g.amount_minor, g.currency, c.designation_ids,
        c.project_ids, c.minor, g.transaction_source, g.transaction_id, g.segment_code, g.notes, g.origin, g.is_private,
        p_now, p_now, 1
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE c.id IS NOT NULL;

    PERFORM crm_code.book_gifts(p_organization_id, ARRAY(
        SELECT (c.id, g.contact_id, g.currency, extract(year FROM g.gift_on), g.amount_minor, c.project_ids,
            c.minor)::crm_code.booked_gift
        FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord WHERE c.id IS NOT NULL), p_slot);

    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, g.contact_id), g.contact_id, 'gift.created', c.id, p_now
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE c.id IS NOT NULL ORDER BY c.ord;
END
$$;

-- Write a set of gifts. The source key makes a repeat harmless: a gift already here answers with its id.
CREATE FUNCTION crm_code.accept_gifts(p_organization_id bigint, p_slot smallint, p_gifts jsonb)
RETURNS TABLE (ord int, gift_id bigint, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_gifts crm_code.incoming_gift[];
    v_contact_ids bigint[];
    v_checked crm_code.checked_gift[];
    v_known int[] := '{}';
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(g ORDER BY g.ord), array_agg(g.contact_id ORDER BY g.ord) INTO v_gifts, v_contact_ids
    FROM jsonb_populate_recordset(NULL::crm_code.incoming_gift, p_gifts) g;
    IF crm_code.lock_contacts(p_organization_id, v_contact_ids) <> v_contact_ids THEN
        v_contact_ids := crm_code.lock_contacts(p_organization_id, v_contact_ids);
        FOR n IN 1..cardinality(v_gifts) LOOP
            v_gifts[n].contact_id := v_contact_ids[n];
        END LOOP;
    END IF;

    FOR r IN SELECT g.ord, k.id FROM unnest(v_gifts) g
        CROSS JOIN LATERAL (SELECT x.id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = g.transaction_source AND x.transaction_id = g.transaction_id LIMIT 1) k
    LOOP
        ord := r.ord;
        gift_id := r.id;
        v_known := v_known || r.ord;
        RETURN NEXT;
    END LOOP;

    v_checked := crm_code.check_gifts(p_organization_id, v_gifts, v_known);
    PERFORM crm_code.write_gifts(p_organization_id, p_slot, v_gifts, v_checked, clock_timestamp());
    RETURN QUERY SELECT c.ord, c.id, c.problem, c.detail FROM unnest(v_checked) c;
END
$$;
