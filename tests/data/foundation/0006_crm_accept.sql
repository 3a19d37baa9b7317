-- crm.accept_contacts and crm.accept_gifts: the CRM's side of the sync contract, a set at a time.
-- A record that cannot be taken gets a problem from the closed list of reasons and leaves the others alone.

CREATE TYPE crm.incoming_contact AS (
    ord int, source text, reference_id text, seeded_key text, contact_type text, name text,
    title text, first_name text, middle_name text, last_name text, suffix text,
    email text, email_key text, phone text,
    address1 text, address2 text, city text, state text, postal text, country text
);

-- Which contact an incoming one is: seeded key, then reference, then e-mail and name. NULL id and NULL problem: new.
CREATE FUNCTION crm.match_contacts(p_organization_id bigint, p_contacts crm.incoming_contact[])
RETURNS TABLE (ord int, contact_id bigint, problem text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT i.ord, m.id, CASE
        WHEN i.seeded_key IS NOT NULL AND m.id IS NULL THEN 'contact_not_found'
        WHEN coalesce(seeded.is_archived, referred.is_archived) THEN 'contact_archived'
        WHEN m.id IS NULL AND by_email.n > 1 THEN 'contact_ambiguous'
        WHEN m.id IS NULL AND i.name IS NULL THEN 'missing_required_field'
        END
    FROM unnest(p_contacts) i
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = CASE WHEN i.seeded_key ~ '^[0-9]{1,18}$' THEN i.seeded_key::bigint END LIMIT 1) seeded ON true
    LEFT JOIN LATERAL (SELECT k.contact_id FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
        AND k.source = i.source AND k.reference_id = i.reference_id AND i.seeded_key IS NULL LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = r.contact_id LIMIT 1) referred ON true
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT p.contact_id) AS n, min(p.contact_id) AS id
        FROM (SELECT x.contact_individual_id FROM crm.contact_method x WHERE x.organization_id = p_organization_id
              AND x.value_key = i.email_key AND i.seeded_key IS NULL AND r.contact_id IS NULL LIMIT 100) e
        CROSS JOIN LATERAL (SELECT x.contact_id, x.first_name, x.last_name FROM crm.contact_individual x
            WHERE x.organization_id = p_organization_id AND x.id = e.contact_individual_id LIMIT 1) p
        CROSS JOIN LATERAL (SELECT x.name, x.is_archived FROM crm.contact x
            WHERE x.organization_id = p_organization_id AND x.id = p.contact_id LIMIT 1) o
        WHERE NOT o.is_archived
            AND lower(coalesce(p.last_name, o.name)) = lower(coalesce(i.last_name, i.name))
            AND lower(coalesce(p.first_name, '')) = lower(coalesce(i.first_name, ''))
    ) by_email ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN i.seeded_key IS NOT NULL THEN seeded.id
        ELSE coalesce(r.contact_id, CASE WHEN by_email.n = 1 THEN by_email.id END) END AS id) m;
END
$$;

-- Write new contacts under ids that were drawn before: contact, individual, e-mail, phone, address, event.
CREATE FUNCTION crm.make_contacts(
    p_organization_id bigint, p_contacts crm.incoming_contact[], p_ords int[], p_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_individuals bigint[];
BEGIN
    SELECT array_agg(nextval('crm.contact_individual_id_seq')) INTO v_individuals FROM unnest(p_ords);
    INSERT INTO crm.contact (organization_id, id, contact_type, name, informal_name, created_at, modified_at)
    SELECT p_organization_id, i.id, c.contact_type, c.name, c.name, p_now, p_now
    FROM unnest(p_ords, p_ids) AS i (contact_ord, id) JOIN unnest(p_contacts) c ON c.ord = i.contact_ord;

    INSERT INTO crm.contact_individual (organization_id, id, contact_id, prefix, first_name, middle_name, last_name,
        suffix, created_at, modified_at)
    SELECT p_organization_id, i.individual_id, i.id, c.title, c.first_name, c.middle_name, c.last_name, c.suffix,
        p_now, p_now
    FROM unnest(p_ords, p_ids, v_individuals) AS i (contact_ord, id, individual_id)
    JOIN unnest(p_contacts) c ON c.ord = i.contact_ord;

    INSERT INTO crm.contact_method (organization_id, contact_individual_id, type, value, value_key, created_at,
        modified_at)
    SELECT p_organization_id, i.individual_id, m.type, m.value, m.key, p_now, p_now
    FROM unnest(p_ords, v_individuals) AS i (contact_ord, individual_id)
    JOIN unnest(p_contacts) c ON c.ord = i.contact_ord
    CROSS JOIN LATERAL (VALUES ('Home Email', c.email, c.email_key), ('Home Phone', c.phone, lower(c.phone)))
        AS m (type, value, key)
    WHERE m.value IS NOT NULL;

    INSERT INTO crm.contact_address (organization_id, contact_id, label, address1, address2, city, state, postal,
        country, created_at, modified_at)
    SELECT p_organization_id, i.id, 'Home', c.address1, c.address2, c.city, c.state, c.postal, c.country, p_now, p_now
    FROM unnest(p_ords, p_ids) AS i (contact_ord, id) JOIN unnest(p_contacts) c ON c.ord = i.contact_ord
    WHERE coalesce(c.address1, c.city, c.postal) IS NOT NULL;

    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, i), i, 'contact.created', i, p_now
    FROM unnest(p_ids) AS i;
END
$$;

-- Find or make each contact and remember its reference. One row per element: a contact or a problem.
CREATE FUNCTION crm.accept_contacts(p_organization_id bigint, p_contacts jsonb)
RETURNS TABLE (ord int, contact_id bigint, problem text) LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_contacts crm.incoming_contact[];
    v_ords int[];
    v_ids bigint[];
    v_problems text[];
    v_new int[];
    v_new_ids bigint[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(c) INTO v_contacts FROM jsonb_populate_recordset(NULL::crm.incoming_contact, p_contacts) c;
    SELECT array_agg(x.ord), array_agg(CASE WHEN x.contact_id IS NULL AND x.problem IS NULL
            THEN nextval('crm.contact_id_seq') ELSE x.contact_id END),
        array_agg(x.problem), array_agg(x.contact_id IS NULL AND x.problem IS NULL)::int[]
    INTO v_ords, v_ids, v_problems, v_new
    FROM (SELECT m.ord, m.contact_id, m.problem FROM crm.match_contacts(p_organization_id, v_contacts) m
          ORDER BY m.ord) x;
    SELECT array_agg(i.ord), array_agg(i.id) INTO v_new, v_new_ids
    FROM unnest(v_ords, v_ids, v_new) AS i (ord, id, is_new) WHERE i.is_new = 1;
    IF v_new IS NOT NULL THEN
        PERFORM crm.make_contacts(p_organization_id, v_contacts, v_new, v_new_ids, v_now);
    END IF;
    INSERT INTO crm.contact_reference (organization_id, source, reference_id, contact_id)
    SELECT p_organization_id, c.source, c.reference_id, i.id
    FROM unnest(v_ords, v_ids, v_problems) AS i (contact_ord, id, problem)
    JOIN unnest(v_contacts) c ON c.ord = i.contact_ord
    WHERE i.problem IS NULL
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT i.ord, CASE WHEN i.problem IS NULL THEN i.id END, i.problem
    FROM unnest(v_ords, v_ids, v_problems) AS i (ord, id, problem);
END
$$;

CREATE TYPE crm.incoming_gift AS (
    ord int, contact_id bigint, gift_type text, gift_on date, amount_minor bigint, currency text,
    designations jsonb, transaction_source text, transaction_id text, segment_code text, notes text,
    is_private boolean, origin jsonb
);

-- Each gift's designations as ids, or the first project that keeps it out.
CREATE FUNCTION crm.resolve_designations(p_organization_id bigint, p_gifts crm.incoming_gift[])
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

-- Move the totals of every project a set of gifts touches, and of all its ancestors. A gift counts once per project,
-- however many of its designations fall into the subtree. p_sign is 1 when gifts come, -1 when they go.
CREATE FUNCTION crm.move_totals(p_organization_id bigint, p_gift_ids bigint[], p_slot smallint, p_sign int)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.project_total (organization_id, project_id, currency, slot, given_minor, gift_count)
    SELECT p_organization_id, a.ancestor_id, g.currency, p_slot, p_sign * sum(s.minor), p_sign * count(DISTINCT g.id)
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
    WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids)
    GROUP BY a.ancestor_id, g.currency
    ORDER BY a.ancestor_id, g.currency
    ON CONFLICT (organization_id, project_id, currency, slot) DO UPDATE
    SET given_minor = crm.project_total.given_minor + excluded.given_minor,
        gift_count = crm.project_total.gift_count + excluded.gift_count
$$;

-- Write a set of gifts. The source key makes a repeat harmless: a gift already here answers with its id.
CREATE FUNCTION crm.accept_gifts(p_organization_id bigint, p_slot smallint, p_gifts jsonb)
RETURNS TABLE (ord int, gift_id bigint, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_gifts crm.incoming_gift[];
    v_ords int[];
    v_ids bigint[];
    v_problems text[];
    v_details text[];
    v_known int[];
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(g ORDER BY g.ord) INTO v_gifts FROM jsonb_populate_recordset(NULL::crm.incoming_gift, p_gifts) g;
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
        FROM crm.resolve_designations(p_organization_id, v_gifts) d
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

    PERFORM crm.move_totals(p_organization_id, array_remove(v_ids, NULL), p_slot, 1);
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
