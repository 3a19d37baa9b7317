-- crm_code.accept_contacts: find or make contacts, a set at a time. One that cannot be taken gets a problem from the closed
-- list of reasons and leaves the others alone.

CREATE TYPE crm_code.incoming_contact AS (
    ord int, source text, reference_id text, seeded_key text, contact_type text, name text,
    person crm.contact_individual,
    email text, email_key text, phone text,
    address1 text, address2 text, city text, state text, postal text, country text
);

-- The contact that a merged one went into in the end, through any number of merges.
CREATE FUNCTION crm_code.survivor(p_organization_id bigint, p_contact_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_id bigint := p_contact_id;
    v_next bigint;
BEGIN
    FOR n IN 1..100 LOOP
        SELECT c.merged_into_id INTO v_next FROM crm.contact c
        WHERE c.organization_id = p_organization_id AND c.id = v_id;
        IF v_next IS NULL THEN
            RETURN v_id;
        END IF;
        v_id := v_next;
    END LOOP;
    RAISE EXCEPTION 'contact % was merged in a ring', p_contact_id;
END
$$;

-- Which contact an incoming one is: seeded key, then reference, then e-mail and name; a merged one is its survivor. NULL id
-- and NULL problem: new.
CREATE FUNCTION crm_code.match_contacts(p_organization_id bigint, p_contacts crm_code.incoming_contact[])
RETURNS TABLE (ord int, contact_id bigint, problem text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT i.ord, m.id, CASE
        WHEN i.seeded_key IS NOT NULL AND m.id IS NULL THEN 'contact_not_found'
        WHEN m.is_archived THEN 'contact_archived'
        WHEN m.id IS NULL AND by_email.n > 1 THEN 'contact_ambiguous'
        WHEN m.id IS NULL AND i.name IS NULL THEN 'missing_required_field'
        END
    FROM unnest(p_contacts) i
    LEFT JOIN LATERAL (SELECT k.contact_id FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
        AND k.source = i.source AND k.reference_id = i.reference_id AND i.seeded_key IS NULL LIMIT 1) r ON true
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT p.contact_id) AS n, min(p.contact_id) AS id
        FROM (SELECT x.contact_individual_id FROM crm.contact_method x WHERE x.organization_id = p_organization_id
              AND x.value_key = i.email_key AND i.seeded_key IS NULL AND r.contact_id IS NULL LIMIT 100) e
        CROSS JOIN LATERAL (SELECT x.contact_id, x.first_name, x.last_name FROM crm.contact_individual x
            WHERE x.organization_id = p_organization_id AND x.id = e.contact_individual_id LIMIT 1) p
        CROSS JOIN LATERAL (SELECT x.name, x.is_archived, x.merged_into_id FROM crm.contact x
            WHERE x.organization_id = p_organization_id AND x.id = p.contact_id LIMIT 1) o
        WHERE NOT o.is_archived AND o.merged_into_id IS NULL
            AND lower(coalesce(p.last_name, o.name)) = lower(coalesce((i.person).last_name, i.name))
            AND lower(coalesce(p.first_name, '')) = lower(coalesce((i.person).first_name, ''))
    ) by_email ON true
    -- Worked out apart (OFFSET 0): behind row-level security a pattern match is no condition that an index can serve.
    CROSS JOIN LATERAL (SELECT CASE
        WHEN i.seeded_key IS NULL THEN coalesce(r.contact_id, CASE WHEN by_email.n = 1 THEN by_email.id END)
        WHEN i.seeded_key ~ '^[0-9]{1,18}$' THEN i.seeded_key::bigint END AS id OFFSET 0) wanted
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived, k.merged_into_id FROM crm.contact k
        WHERE k.organization_id = p_organization_id AND k.id = wanted.id LIMIT 1) named ON true
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = CASE WHEN named.merged_into_id IS NOT NULL
            THEN crm_code.survivor(p_organization_id, named.id) ELSE named.id END LIMIT 1) m ON true;
END
$$;

-- Write new contacts under ids that were drawn before: contact, individual, e-mail, phone, address, event.
CREATE FUNCTION crm_code.make_contacts(
    p_organization_id bigint, p_contacts crm_code.incoming_contact[], p_ords int[], p_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_individuals bigint[];
BEGIN
    SELECT array_agg(nextval('crm.contact_individual_id_seq')) INTO v_individuals FROM unnest(p_ords);
    INSERT INTO crm.contact (organization_id, id, contact_type, name, informal_name, created_at, modified_at)
    SELECT p_organization_id, i.id, c.contact_type, c.name, c.name, p_now, p_now
    FROM unnest(p_ords, p_ids) AS i (contact_ord, id) JOIN unnest(p_contacts) c ON c.ord = i.contact_ord;

    -- The incoming person is a row of this table already; only what belongs to this side is filled in.
    INSERT INTO crm.contact_individual
    SELECT r.* FROM unnest(p_ords, p_ids, v_individuals) AS i (contact_ord, id, individual_id)
    JOIN unnest(p_contacts) c ON c.ord = i.contact_ord
    CROSS JOIN LATERAL jsonb_populate_record(c.person, jsonb_build_object('organization_id', p_organization_id,
        'id', i.individual_id, 'contact_id', i.id, 'is_primary', true, 'created_at', p_now, 'modified_at', p_now)) r;

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
CREATE FUNCTION crm_code.accept_contacts(p_organization_id bigint, p_contacts jsonb)
RETURNS TABLE (ord int, contact_id bigint, problem text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_contacts crm_code.incoming_contact[];
    v_ords int[];
    v_ids bigint[];
    v_problems text[];
    v_new int[];
    v_new_ids bigint[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(c) INTO v_contacts FROM jsonb_populate_recordset(NULL::crm_code.incoming_contact, p_contacts) c;
    SELECT array_agg(x.ord), array_agg(CASE WHEN x.contact_id IS NULL AND x.problem IS NULL
            THEN nextval('crm.contact_id_seq') ELSE x.contact_id END),
        array_agg(x.problem), array_agg(x.contact_id IS NULL AND x.problem IS NULL)::int[]
    INTO v_ords, v_ids, v_problems, v_new
    FROM (SELECT m.ord, m.contact_id, m.problem FROM crm_code.match_contacts(p_organization_id, v_contacts) m
          ORDER BY m.ord) x;
    SELECT array_agg(i.ord), array_agg(i.id) INTO v_new, v_new_ids
    FROM unnest(v_ords, v_ids, v_new) AS i (ord, id, is_new) WHERE i.is_new = 1;
    IF v_new IS NOT NULL THEN
        PERFORM crm_code.make_contacts(p_organization_id, v_contacts, v_new, v_new_ids, v_now);
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
