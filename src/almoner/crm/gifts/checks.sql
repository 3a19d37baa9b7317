-- needs: crm/contacts/match, crm/projects/totals
--
-- What another system sends of a gift, and whether it can be written.

-- A gift as its source has it in this version. `ord` is its place in the call and `contact_id` the giver's contact, locked;
-- designations name projects by code, as sent and folded.
CREATE TYPE crm_code.put_gift AS (
    ord int, key crm_code.source_key, version int, giver crm_code.source_key, contact_id bigint, gift_type text, gift_on date,
    amount_minor bigint, currency text, designations jsonb, segment_code text, notes text, is_private boolean, origin jsonb,
    contact_individual_id bigint, batch text, is_tax_deductible boolean, custom_values jsonb,
    details jsonb, passthrough_contact_ids bigint[], passthrough_minor bigint[], tribute jsonb, premiums jsonb
);

-- What is worked out here: the ids a gift gets and its designations, or the problem that keeps it out.
CREATE TYPE crm_code.checked_gift AS (
    ord int, id bigint, designation_ids bigint[], project_ids bigint[], minor bigint[], problem text, detail text
);

-- What was sent, in order, each with the locked contact of its giver: a merged one's survivor. A giver that is not known here
-- leaves it without.
CREATE FUNCTION crm_code.read_gifts(p_organization_id bigint, p_gifts jsonb) RETURNS crm_code.put_gift[]
LANGUAGE plpgsql AS $$
DECLARE
    v_gifts crm_code.put_gift[];
    v_ids bigint[];
    v_others bigint[];
BEGIN
    SELECT array_agg((x.ord, x.key, x.version, x.giver, r.contact_id, x.gift_type, x.gift_on, x.amount_minor, x.currency,
            x.designations, x.segment_code, x.notes, x.is_private, x.origin, NULL, NULL, NULL, NULL, NULL, NULL, NULL, x.tribute,
            x.premiums)::crm_code.put_gift ORDER BY x.ord),
        array_agg(r.contact_id ORDER BY x.ord)
    INTO v_gifts, v_ids
    FROM (SELECT row_number() OVER () AS ord, g.key, g.version, g.giver, g.gift_type, g.gift_on, g.amount_minor, g.currency,
            g.designations, g.segment_code, g.notes, g.is_private, g.origin, g.tribute, g.premiums
          FROM jsonb_populate_recordset(NULL::crm_code.put_gift, p_gifts) g) x
    LEFT JOIN LATERAL (SELECT k.contact_id FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
        AND k.source = (x.giver).source AND k.reference_id = (x.giver).id AND k.forgotten_version IS NULL LIMIT 1) r ON true;
    -- Who gives a gift that is another's until now holds both, in the order of their ids, as everybody does.
    v_others := ARRAY(SELECT k.contact_id FROM unnest(v_gifts) g
        CROSS JOIN LATERAL (SELECT x.contact_id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = (g.key).source AND x.transaction_id = (g.key).id LIMIT 1) k
        WHERE k.contact_id <> g.contact_id);
    IF v_others <> '{}' THEN
        PERFORM crm_code.lock_contacts(p_organization_id, v_ids || v_others);
    END IF;
    IF crm_code.lock_contacts(p_organization_id, v_ids) IS DISTINCT FROM v_ids THEN
        v_ids := crm_code.lock_contacts(p_organization_id, v_ids);
        FOR n IN 1..cardinality(v_gifts) LOOP
            v_gifts[n].contact_id := v_ids[n];
        END LOOP;
    END IF;
    RETURN v_gifts;
END
$$;

-- Designations as ids, or the first project that keeps a gift out; `is_active` and `codes` are those of each.
CREATE TYPE crm_code.resolved_gift AS (
    ord int, project_ids bigint[], minor bigint[], is_active boolean[], codes text[], problem text, detail text
);

-- The designations of each gift. p_code_keys: each code that is named, folded.
CREATE FUNCTION crm_code.resolve_designations(
    p_organization_id bigint, p_gifts crm_code.put_gift[], p_code_keys jsonb
) RETURNS SETOF crm_code.resolved_gift LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT g.ord, array_agg(p.id ORDER BY a.n), array_agg((a.x ->> 'minor')::bigint ORDER BY a.n),
        array_agg(p.is_active ORDER BY a.n), array_agg(a.x ->> 'code' ORDER BY a.n),
        CASE WHEN bool_or(p.id IS NULL) THEN 'project_unknown'
            WHEN bool_or(NOT p.is_active) THEN 'project_inactive' END,
        CASE WHEN bool_or(p.id IS NULL) THEN min(a.x ->> 'code') FILTER (WHERE p.id IS NULL)
            ELSE min(a.x ->> 'code') FILTER (WHERE NOT p.is_active) END
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL jsonb_array_elements(g.designations) WITH ORDINALITY AS a (x, n)
    LEFT JOIN LATERAL (SELECT k.id, k.is_active FROM crm.project k WHERE k.organization_id = p_organization_id
        AND k.code_key = p_code_keys ->> (a.x ->> 'code') LIMIT 1) p ON true
    GROUP BY g.ord;
END
$$;

-- Why a gift cannot be as it is sent, and what it is about.
CREATE TYPE crm_code.obstacle AS (problem text, detail text);

-- The first project of a gift that takes no designations, but for those it has.
CREATE FUNCTION crm_code.closed_project(p_designations crm_code.resolved_gift, p_has bigint[]) RETURNS crm_code.obstacle
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT ('project_inactive', x.code)::crm_code.obstacle
        FROM unnest(p_designations.project_ids, p_designations.is_active, p_designations.codes) AS x (id, is_active, code)
        WHERE NOT x.is_active AND x.id <> ALL (coalesce(p_has, '{}')) ORDER BY x.code LIMIT 1);
END
$$;

-- What keeps a gift out, new or recurring or changed: its giver (p_contact_id: the contact found, if one was) or its projects. What
-- it has already (NULL of a new one) it may keep: an archived contact, an inactive project. A single expression: it is inlined.
CREATE FUNCTION crm_code.obstacle_to(
    p_contact_id bigint, p_is_archived boolean, p_designations crm_code.resolved_gift, p_has_contact_id bigint, p_has bigint[]
) RETURNS crm_code.obstacle LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_contact_id IS NULL THEN ('giver_unknown', NULL)::crm_code.obstacle
        WHEN p_is_archived AND p_contact_id IS DISTINCT FROM p_has_contact_id THEN ('contact_archived', NULL)::crm_code.obstacle
        WHEN (p_designations).problem = 'project_unknown' THEN ('project_unknown', (p_designations).detail)::crm_code.obstacle
        WHEN (p_designations).problem IS NOT NULL THEN crm_code.closed_project(p_designations, p_has) END
$$;

-- Each new gift with its designations and fresh ids, or with its problem.
CREATE FUNCTION crm_code.check_gifts(p_organization_id bigint, p_gifts crm_code.put_gift[], p_code_keys jsonb)
RETURNS crm_code.checked_gift[] LANGUAGE plpgsql AS $$
DECLARE
    v_checked crm_code.checked_gift[];
BEGIN
    SELECT array_agg((d.ord, NULL, NULL, d.project_ids, d.minor, (o.w).problem, (o.w).detail)::crm_code.checked_gift)
    INTO v_checked
    FROM crm_code.resolve_designations(p_organization_id, p_gifts, p_code_keys) d
    JOIN unnest(p_gifts) g ON g.ord = d.ord
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = g.contact_id LIMIT 1) c ON true
    CROSS JOIN LATERAL (SELECT crm_code.obstacle_to(c.id, c.is_archived, d, NULL, NULL) AS w) o;
    RETURN ARRAY(
        SELECT (x.ord, CASE WHEN x.problem IS NULL THEN nextval('crm.gift_id_seq') END,
            CASE WHEN x.problem IS NULL THEN ARRAY(
                SELECT nextval('crm.gift_designation_id_seq') FROM unnest(x.minor)) END,
            x.project_ids, x.minor, x.problem, x.detail)::crm_code.checked_gift
        FROM (SELECT * FROM unnest(v_checked) c ORDER BY c.ord) x);
END
$$;
