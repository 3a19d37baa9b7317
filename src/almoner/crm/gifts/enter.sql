-- needs: crm/gifts/passthroughs, crm/gifts/put, crm/segments/gifts, crm/queried
--
-- crm_code.enter_gifts: gifts that partners and staff enter, a set at a time; each with everything that keeps it out.

-- A gift as it is entered: `ord` is its place in the call; `of_gift` is the one that is replaced by it, if one is. A part of its split names its project by id, by folded code or by accounting
-- code. What is checked without the database has been checked.
CREATE TYPE crm_code.entered_gift AS (
    ord int, contact_id bigint, contact_individual_id bigint, source text, source_id text, gift_type text, gift_on date,
    amount_minor bigint, currency text, parts jsonb, batch text, notes text, is_private boolean,
    is_tax_deductible boolean, segment jsonb, custom_values jsonb, details jsonb, passthroughs jsonb, of_gift bigint,
    kept_segment text
);

-- What was found: the projects of its parts, what is wrong, and the gift that is here under its source's key.
CREATE TYPE crm_code.examined_gift AS (ord int, project_ids bigint[], minor bigint[], problems jsonb, known_id bigint, is_same boolean,
    segment_code text);

-- Something wrong with a field, as the caller is told.
CREATE FUNCTION crm_code.problem(p_field text, p_code text, p_message text) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object('field', p_field, 'code', p_code, 'message', p_message);

-- What is wrong with a part that names a project, if anything; p_found is what it may mean (`projects_of_entries`).
-- A project that the gift has already (p_has) may be inactive.
CREATE FUNCTION crm_code.problem_of_part(p_part jsonb, p_found jsonb, p_has bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_codes text[];
BEGIN
    IF NOT p_part ? 'field' THEN
        RETURN NULL;
    ELSIF p_found ->> 'ids' IS NULL THEN
        RETURN crm_code.problem(p_part ->> 'field', 'UNKNOWN', format('There is no project with the %s.%s', p_part ->> 'said',
            p_found ->> 'near'));
    END IF;
    v_codes := ARRAY(SELECT a.code FROM jsonb_array_elements_text(p_found -> 'codes') WITH ORDINALITY AS a (code, n) ORDER BY a.n);
    IF cardinality(v_codes) > 1 THEN
        RETURN crm_code.problem(p_part ->> 'field', 'AMBIGUOUS', format('Several projects have the %s: %s%s. Name one by its projectCode.',
            p_part ->> 'said', array_to_string(v_codes[:5], ', '), CASE WHEN cardinality(v_codes) > 5 THEN ' and more' ELSE '' END));
    ELSIF NOT (p_found -> 'active' -> 0)::boolean AND (p_found -> 'ids' -> 0)::bigint <> ALL (coalesce(p_has, '{}')) THEN
        RETURN crm_code.problem(p_part ->> 'field', 'INACTIVE',
            format('The project %s is inactive and takes no new designations.', v_codes[1]));
    END IF;
    RETURN NULL;
END
$$;

-- What is wrong with a part that has several names for its project, of which another project has one; p_project_id: the one that the first is of. Case makes no
-- other name: the project is known already.
CREATE FUNCTION crm_code.contradiction_in_part(p_organization_id bigint, p_part jsonb, p_project_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT crm_code.problem(p_part ->> 'field', 'INCONSISTENT',
            format('The project with the %s is %s, and is called otherwise here. One name is enough.', p_part ->> 'said', p.project_code))
        FROM crm.project p WHERE p.organization_id = p_organization_id AND p.id = p_project_id
            AND (p.code_key <> p_part -> 'also' ->> 'code'
                OR p_part -> 'also' ->> 'account' IS NOT NULL
                AND lower(btrim(p.external_accounting_code)) IS DISTINCT FROM lower(p_part -> 'also' ->> 'account')));
END
$$;

-- The projects of a gift that is there.
CREATE FUNCTION crm_code.projects_of_gift(p_organization_id bigint, p_gift_id bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT g.designation_project_ids FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id);
END
$$;

-- How a part names its project, as one text; nothing when it names none.
CREATE FUNCTION crm_code.name_in_part(p_part jsonb) RETURNS text LANGUAGE sql IMMUTABLE
RETURN coalesce('id ' || (p_part ->> 'id'), 'code ' || (p_part ->> 'code'), 'account ' || (p_part ->> 'account'));

-- The projects that the parts of gifts may mean, by the names that parts have for them: each is looked up once, however many say it, and one
-- project is found when all is well.
CREATE FUNCTION crm_code.projects_of_entries(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(d.name, f.found)
        FROM (SELECT crm_code.name_in_part(a.x) AS name, min((a.x ->> 'id')::bigint) AS id, min(a.x ->> 'code') AS code,
                min(a.x ->> 'account') AS account
            FROM unnest(p_gifts) g CROSS JOIN LATERAL jsonb_array_elements(g.parts) AS a (x) GROUP BY 1) d
        CROSS JOIN LATERAL (SELECT jsonb_build_object('ids', array_agg(k.id ORDER BY k.id), 'codes', array_agg(k.project_code ORDER BY k.id),
                'active', array_agg(k.is_active ORDER BY k.id)) AS found
            FROM (SELECT p.id, p.project_code, p.is_active FROM crm.project p
                    WHERE p.organization_id = p_organization_id AND p.id = d.id
                UNION ALL SELECT p.id, p.project_code, p.is_active FROM crm.project p
                    WHERE p.organization_id = p_organization_id AND p.code_key = d.code
                UNION ALL (SELECT p.id, p.project_code, p.is_active FROM crm.project p
                    WHERE p.organization_id = p_organization_id AND p.external_accounting_code = d.account ORDER BY p.id LIMIT 6)) k) f
        WHERE d.name IS NOT NULL);
END
$$;

-- What parts of gifts name, with what is near to it where there is no such project: of the first five of these alone.
CREATE FUNCTION crm_code.projects_or_near(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_found jsonb := crm_code.projects_of_entries(p_organization_id, p_gifts);
    r record;
BEGIN
    IF NOT jsonb_path_exists(v_found, '$.* ? (@.ids == null)') THEN
        RETURN v_found;
    END IF;
    FOR r IN SELECT crm_code.name_in_part(a.x) AS name, min(a.x ->> 'code') AS code, min(a.x ->> 'account') AS account
        FROM unnest(p_gifts) g CROSS JOIN LATERAL jsonb_array_elements(g.parts) WITH ORDINALITY AS a (x, n)
        WHERE v_found -> crm_code.name_in_part(a.x) -> 'ids' = 'null' AND a.x ->> 'id' IS NULL
        GROUP BY 1 ORDER BY min(g.ord), min(a.n) LIMIT 5
    LOOP
        v_found := jsonb_set(v_found, ARRAY[r.name, 'near'], to_jsonb(CASE WHEN r.code IS NOT NULL
            THEN crm_code.nearest(p_organization_id, 'project code', r.code)
            ELSE crm_code.nearest(p_organization_id, 'accounting code', r.account) END));
    END LOOP;
    RETURN v_found;
END
$$;

-- The segments that gifts name, by what is said of each without where: each is looked up once.
CREATE FUNCTION crm_code.segments_of_entries(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(d.name::text, crm_code.segment_named(p_organization_id, (d.name ->> 'id')::bigint, d.name ->> 'key',
            d.name ->> 'text'))
        FROM (SELECT DISTINCT g.segment - '{field,said}'::text[] AS name FROM unnest(p_gifts) g WHERE g.segment IS NOT NULL) d);
END
$$;

-- What is near to segments that gifts name and there are none of: of the first five alone.
CREATE FUNCTION crm_code.near_segments(p_organization_id bigint, p_gifts crm_code.entered_gift[], p_segments jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_segments IS NULL OR NOT jsonb_path_exists(p_segments, '$.* ? (@ == null)') THEN
        RETURN '{}';
    END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(d.name::text, crm_code.near_segment(p_organization_id, d.name)), '{}')
        FROM (SELECT g.segment - '{field,said}'::text[] AS name FROM unnest(p_gifts) g
            WHERE p_segments -> (g.segment - '{field,said}'::text[])::text = 'null' GROUP BY 1 ORDER BY min(g.ord) LIMIT 5) d);
END
$$;

-- What is wrong with who gave: a contact that is not there or archived, a person who is not there or not of the contact. Of a gift that
-- is replaced the contact stays, and so may the person.
CREATE FUNCTION crm_code.problems_of_giver(p_organization_id bigint, p_gift crm_code.entered_gift) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_is_archived boolean := (SELECT c.is_archived FROM crm.contact c
        WHERE c.organization_id = p_organization_id AND c.id = p_gift.contact_id);
    v_problems jsonb := '[]';
BEGIN
    IF p_gift.of_gift IS NOT NULL THEN
        IF EXISTS (SELECT FROM crm.gift k WHERE k.organization_id = p_organization_id AND k.id = p_gift.of_gift
            AND k.contact_individual_id = p_gift.contact_individual_id)
        THEN
            RETURN v_problems;
        END IF;
    ELSIF v_is_archived IS NULL THEN
        v_problems := jsonb_build_array(crm_code.problem('contactId', 'UNKNOWN', format('There is no contact %s.', p_gift.contact_id)));
    ELSIF v_is_archived THEN
        v_problems := jsonb_build_array(crm_code.problem('contactId', 'ARCHIVED', format('Contact %s is archived.', p_gift.contact_id)));
    END IF;
    IF p_gift.contact_individual_id IS NOT NULL AND NOT EXISTS (SELECT FROM crm.contact_individual i
        WHERE i.organization_id = p_organization_id AND i.id = p_gift.contact_individual_id
            AND (v_is_archived IS NULL OR i.contact_id = p_gift.contact_id))
    THEN
        v_problems := v_problems || crm_code.problem('contactIndividualId', 'UNKNOWN',
            format('The contact has no individual %s.', p_gift.contact_individual_id));
    END IF;
    RETURN v_problems;
END
$$;

-- What is wrong with the contacts through whom a gift came: one that is not there, or who gave it.
CREATE FUNCTION crm_code.problems_of_passthroughs(p_organization_id bigint, p_gift crm_code.entered_gift) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(CASE WHEN c.id IS NULL
                THEN crm_code.problem(a.x ->> 'field', 'UNKNOWN', format('There is no contact %s.', a.x ->> 'contact_id'))
                ELSE crm_code.problem(a.x ->> 'field', 'INCONSISTENT', 'Who gave a gift did not pass it on.') END ORDER BY a.n), '[]')
        FROM jsonb_array_elements(coalesce(p_gift.passthroughs, '[]')) WITH ORDINALITY AS a (x, n)
        LEFT JOIN crm.contact c ON c.organization_id = p_organization_id AND c.id = (a.x ->> 'contact_id')::bigint
        WHERE c.id IS NULL OR c.id = p_gift.contact_id);
END
$$;

-- What is wrong with a gift that is replaced: of each project stays what was taken back of it, in its currency, and its day is no
-- later than that on which it was.
CREATE FUNCTION crm_code.problems_of_replacement(
    p_organization_id bigint, p_gift crm_code.entered_gift, p_project_ids bigint[], p_minor bigint[]
) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_first date;
    v_currency text;
    v_uncovered bigint;
    v_problems jsonb := '[]';
BEGIN
    IF p_gift.of_gift IS NULL THEN
        RETURN v_problems;
    END IF;
    SELECT min(v.gift_on), min(v.currency::text) INTO v_first, v_currency FROM crm.gift v
    WHERE v.organization_id = p_organization_id AND v.reverses_id = p_gift.of_gift;
    IF v_first < p_gift.gift_on THEN
        v_problems := v_problems || crm_code.problem('giftDate', 'OUT_OF_RANGE', format('Some of the gift was taken back on %s.', v_first));
    END IF;
    IF v_currency <> p_gift.currency THEN
        v_problems := v_problems || crm_code.problem('currencyCode', 'INCONSISTENT', 'Some of the gift was taken back in its currency.');
    END IF;
    SELECT count(*) INTO v_uncovered FROM (
        SELECT t.project_id, -sum(t.minor) AS minor FROM crm.gift v
        CROSS JOIN LATERAL unnest(v.designation_project_ids, v.designation_minor) AS t (project_id, minor)
        WHERE v.organization_id = p_organization_id AND v.reverses_id = p_gift.of_gift GROUP BY t.project_id) b
    WHERE b.minor > coalesce((SELECT sum(x.minor) FROM unnest(p_project_ids, p_minor) AS x (id, minor) WHERE x.id = b.project_id), 0);
    IF v_uncovered > 0 THEN
        v_problems := v_problems || crm_code.problem('giftDesignations', 'OUT_OF_RANGE',
            'Of each project stays as much as was taken back of it.');
    END IF;
    RETURN v_problems;
END
$$;

-- What a segment that is named may mean.
CREATE FUNCTION crm_code.near_segment(p_organization_id bigint, p_segment jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN crm_code.nearest(p_organization_id, 'segment code', coalesce(p_segment ->> 'text', p_segment ->> 'key'));
END
$$;

-- What is wrong with the segment that a gift names, if anything; p_near is what may be meant.
CREATE FUNCTION crm_code.problems_of_segment(p_segment jsonb, p_found crm_code.named_segment, p_near text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_segment IS NULL OR (p_found).id IS NOT NULL THEN
        RETURN '[]';
    END IF;
    RETURN jsonb_build_array(crm_code.problem(p_segment ->> 'field', 'UNKNOWN', format('There is no segment with the %s.%s',
        p_segment ->> 'said', p_near)));
END
$$;

-- What is wrong with the segment of a gift's receipt, if anything; 0 was left out.
CREATE FUNCTION crm_code.problems_of_receipt(p_organization_id bigint, p_gift crm_code.entered_gift) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_id bigint := (p_gift.details ->> 'receipt_segment_id')::bigint;
BEGIN
    IF v_id IS NULL OR EXISTS (SELECT FROM crm.segment s WHERE s.organization_id = p_organization_id AND s.id = v_id) THEN
        RETURN '[]';
    END IF;
    RETURN jsonb_build_array(crm_code.problem('receiptSegmentId', 'UNKNOWN', format('There is no segment with the id %s.', v_id)));
END
$$;

-- Each gift with its projects, its problems, and what is here under its key. Nothing is locked. p_sources: `sources_of_entries`.
-- All of them are looked at by one statement; what is wrong is told by functions that are called for those alone that something is wrong with.
CREATE FUNCTION crm_code.examine_gifts(p_organization_id bigint, p_gifts crm_code.entered_gift[], p_sources jsonb)
RETURNS SETOF crm_code.examined_gift LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_projects jsonb := crm_code.projects_or_near(p_organization_id, p_gifts);
    v_segments jsonb := crm_code.segments_of_entries(p_organization_id, p_gifts);
    v_near jsonb := crm_code.near_segments(p_organization_id, p_gifts, v_segments);
BEGIN
    RETURN QUERY
    SELECT g.ord, s.project_ids, s.minor,
        CASE WHEN g.of_gift IS NULL AND c.is_archived IS FALSE AND (g.contact_individual_id IS NULL OR i.contact_id = g.contact_id)
            THEN '[]' ELSE crm_code.problems_of_giver(p_organization_id, g) END
        || coalesce(s.problems, '[]')
        || CASE WHEN g.segment IS NULL OR (n.segment).id IS NOT NULL
            THEN '[]' ELSE crm_code.problems_of_segment(g.segment, n.segment,
                v_near ->> (g.segment - '{field,said}'::text[])::text) END
        || CASE WHEN g.details ->> 'receipt_segment_id' IS NULL THEN '[]' ELSE crm_code.problems_of_receipt(p_organization_id, g) END
        || CASE WHEN coalesce(g.passthroughs, '[]') = '[]' THEN '[]' ELSE crm_code.problems_of_passthroughs(p_organization_id, g) END
        || CASE WHEN g.of_gift IS NULL
            THEN '[]' ELSE crm_code.problems_of_replacement(p_organization_id, g, s.project_ids, s.minor) END,
        k.id,
        (k.contact_id, k.gift_on, k.amount_minor, k.currency::text, k.reverses_id) IS NOT DISTINCT FROM
            (g.contact_id, g.gift_on, g.amount_minor, g.currency, NULL::bigint), (n.segment).code
    FROM unnest(p_gifts) g
    LEFT JOIN LATERAL (SELECT x.is_archived FROM crm.contact x
        WHERE x.organization_id = p_organization_id AND x.id = g.contact_id LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT x.contact_id FROM crm.contact_individual x
        WHERE x.organization_id = p_organization_id AND x.id = g.contact_individual_id LIMIT 1) i ON true
    CROSS JOIN LATERAL (
        SELECT array_agg((m.found -> 'ids' ->> 0)::bigint ORDER BY a.n) AS project_ids,
            array_agg((a.x ->> 'minor')::bigint ORDER BY a.n) AS minor,
            jsonb_agg(w.problem ORDER BY a.n) FILTER (WHERE w.problem IS NOT NULL) AS problems
        FROM jsonb_array_elements(g.parts) WITH ORDINALITY AS a (x, n)
        CROSS JOIN LATERAL (SELECT v_projects -> crm_code.name_in_part(a.x) AS found) m
        CROSS JOIN LATERAL (SELECT CASE WHEN m.found -> 'active' = '[true]'
                THEN CASE WHEN a.x ? 'also' THEN crm_code.contradiction_in_part(p_organization_id, a.x, (m.found -> 'ids' ->> 0)::bigint) END
            ELSE crm_code.problem_of_part(a.x, m.found, CASE WHEN g.of_gift IS NOT NULL
                THEN crm_code.projects_of_gift(p_organization_id, g.of_gift) END) END AS problem) w) s
    CROSS JOIN LATERAL (SELECT CASE WHEN g.segment IS NOT NULL THEN jsonb_populate_record(NULL::crm_code.named_segment,
        nullif(v_segments -> (g.segment - '{field,said}'::text[])::text, 'null')) END AS segment) n
    LEFT JOIN LATERAL (SELECT x.id, x.contact_id, x.gift_on, x.amount_minor, x.currency, x.reverses_id FROM crm.gift x
        WHERE x.organization_id = p_organization_id AND x.transaction_source = ANY (ARRAY(
                SELECT jsonb_array_elements_text(p_sources -> g.source)))
            AND x.transaction_id = g.source_id ORDER BY x.transaction_source <> g.source, x.id LIMIT 1) k
        ON true
    ORDER BY g.ord;
END
$$;

-- The same by itself.
CREATE FUNCTION crm_code.examine_gifts(p_organization_id bigint, p_gifts crm_code.entered_gift[]) RETURNS SETOF crm_code.examined_gift
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT * FROM crm_code.examine_gifts(p_organization_id, p_gifts, crm_code.sources_of_entries(p_organization_id, p_gifts));
END
$$;

-- What was found of gifts, those that have the key of another before them in the call refused. One that is refused already has none: it keeps no other out.
CREATE FUNCTION crm_code.each_key_once(p_gifts crm_code.entered_gift[], p_found crm_code.examined_gift[]) RETURNS crm_code.examined_gift[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT CASE WHEN t.first_ord IS NULL THEN e
            ELSE (e.ord, e.project_ids, e.minor, jsonb_build_array(crm_code.problem('transactionId', 'TAKEN',
                format('The gift at %s has this transaction source and id too.', t.first_ord))), NULL, NULL,
                e.segment_code)::crm_code.examined_gift END
        FROM unnest(p_found) e
        LEFT JOIN (SELECT g.ord, min(g.ord) OVER (PARTITION BY lower(btrim(g.source)), g.source_id) AS first_ord
            FROM unnest(p_gifts) g JOIN unnest(p_found) f ON f.ord = g.ord
            WHERE f.problems = '[]' AND g.source IS NOT NULL AND g.source_id IS NOT NULL) t ON t.ord = e.ord AND t.first_ord <> e.ord
        ORDER BY e.ord);
END
$$;

-- The contacts through whom a gift came, and how much of it came through each.
CREATE FUNCTION crm_code.passthrough_contacts(p_passthroughs jsonb) RETURNS bigint[] LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT (a.x ->> 'contact_id')::bigint FROM jsonb_array_elements(p_passthroughs) WITH ORDINALITY AS a (x, n) ORDER BY a.n);

CREATE FUNCTION crm_code.passthrough_amounts(p_passthroughs jsonb) RETURNS bigint[] LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT (a.x ->> 'minor')::bigint FROM jsonb_array_elements(p_passthroughs) WITH ORDINALITY AS a (x, n) ORDER BY a.n);

-- What keeps gifts out, without writing any.
CREATE FUNCTION crm_code.problems_of_entries(p_organization_id bigint, p_gifts jsonb) RETURNS TABLE (ord int, problems text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_gifts crm_code.entered_gift[] := ARRAY(SELECT g FROM jsonb_populate_recordset(NULL::crm_code.entered_gift, p_gifts) g);
BEGIN
    RETURN QUERY SELECT e.ord, e.problems::text
    FROM unnest(crm_code.each_key_once(v_gifts, ARRAY(SELECT x FROM crm_code.examine_gifts(p_organization_id, v_gifts) x))) e;
END
$$;

-- Enter gifts at p_now: each is made, the same as one that is here under its key, a conflict with it, or refused. With p_all, nothing is
-- made unless everything can be. A contact that was merged stands for the one it went into.
CREATE FUNCTION crm_code.enter_gifts(p_organization_id bigint, p_gifts jsonb, p_all boolean, p_now timestamptz)
RETURNS TABLE (ord int, gift_id bigint, did text, problems text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_gifts crm_code.entered_gift[];
    v_contacts bigint[];
    v_ids bigint[];
    v_found crm_code.examined_gift[];
    v_checked crm_code.checked_gift[];
    v_slot smallint;
    v_sources jsonb;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    v_gifts := ARRAY(SELECT g FROM jsonb_populate_recordset(NULL::crm_code.entered_gift, p_gifts) g ORDER BY g.ord);
    v_contacts := ARRAY(SELECT g.contact_id FROM unnest(v_gifts) g ORDER BY g.ord);
    v_ids := crm_code.lock_contacts(p_organization_id, v_contacts);
    FOR n IN 1..cardinality(v_gifts) LOOP
        IF v_ids[n] <> v_contacts[n] THEN
            v_gifts[n].contact_id := v_ids[n];
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM unnest(v_gifts) g WHERE g.passthroughs <> '[]') THEN
        FOR n IN 1..cardinality(v_gifts) LOOP
            v_gifts[n].passthroughs := crm_code.passthroughs_since_merges(p_organization_id, v_gifts[n].passthroughs);
        END LOOP;
    END IF;
    v_sources := crm_code.hold_new_sources(p_organization_id, v_gifts);
    v_found := crm_code.each_key_once(v_gifts, ARRAY(SELECT e FROM crm_code.examine_gifts(p_organization_id, v_gifts, v_sources) e));
    IF NOT p_all OR NOT EXISTS (SELECT FROM unnest(v_found) e
        WHERE e.problems <> '[]' OR e.known_id IS NOT NULL AND NOT e.is_same)
    THEN
        v_checked := ARRAY(SELECT (e.ord, nextval('crm.gift_id_seq'),
                ARRAY(SELECT nextval('crm.gift_designation_id_seq') FROM unnest(e.minor)), e.project_ids, e.minor, NULL,
                NULL)::crm_code.checked_gift
            FROM unnest(v_found) e WHERE e.problems = '[]' AND e.known_id IS NULL ORDER BY e.ord);
        PERFORM crm_code.write_gifts(p_organization_id, v_slot, ARRAY(
            SELECT (g.ord, (coalesce(v_sources -> g.source ->> 0, g.source), g.source_id)::crm_code.source_key, 1, NULL, g.contact_id, g.gift_type, g.gift_on,
                g.amount_minor, g.currency, NULL, e.segment_code, g.notes, g.is_private, NULL, g.contact_individual_id, g.batch,
                g.is_tax_deductible, g.custom_values, g.details,
                CASE WHEN g.passthroughs <> '[]' THEN crm_code.passthrough_contacts(g.passthroughs) END,
                CASE WHEN g.passthroughs <> '[]' THEN crm_code.passthrough_amounts(g.passthroughs) END, NULL, NULL)::crm_code.put_gift
            FROM unnest(v_gifts) g JOIN unnest(v_found) e ON e.ord = g.ord ORDER BY g.ord), v_checked, p_now);
    END IF;
    RETURN QUERY
    SELECT e.ord, coalesce(c.id, e.known_id), CASE WHEN c.id IS NOT NULL THEN 'made' WHEN e.known_id IS NULL THEN 'refused'
        WHEN e.is_same THEN 'same' ELSE 'conflict' END, e.problems::text
    FROM unnest(v_found) e LEFT JOIN unnest(v_checked) c ON c.ord = e.ord ORDER BY e.ord;
END
$$;
