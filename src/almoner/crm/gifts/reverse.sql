-- needs: crm/gifts/change, crm/projects/tree
--
-- crm_code.reverse_gifts: take back a gift, whole or in part, by a gift of negative amounts beside it.

-- `parts` is how much of which projects, where somebody says so, as `designations` does by codes; else `minor` is taken from all in
-- proportion. reinstated_on: since when the gift has it again.
CREATE TYPE crm_code.reversal AS (
    key crm_code.source_key, "of" crm_code.source_key, version int, "on" date, minor bigint, notes text, project_ids bigint[],
    parts bigint[], designations jsonb, reinstated_on date
);

-- The gift under a source's key, or none.
CREATE FUNCTION crm_code.gift_of(p_organization_id bigint, p_key crm_code.source_key) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT g.id FROM crm.gift g WHERE g.organization_id = p_organization_id
        AND g.transaction_source = p_key.source AND g.transaction_id = p_key.id);
END
$$;

-- The key of the row that gives back what a reversal took (REINSTATED in crm/changes.py).
CREATE FUNCTION crm_code.reinstated_key(p_key crm_code.source_key) RETURNS crm_code.source_key LANGUAGE sql IMMUTABLE AS $$
    SELECT (p_key.source, p_key.id || ' reinstated')::crm_code.source_key
$$;

-- What is left of a gift for each project when all its reversals but these are taken off.
CREATE FUNCTION crm_code.rest_of(p_organization_id bigint, p_gift_id bigint, p_but bigint[] DEFAULT NULL)
RETURNS TABLE (project_id bigint, minor bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT s.project_id, sum(s.minor)::bigint
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) WITH ORDINALITY AS s (project_id, minor, n)
    WHERE g.organization_id = p_organization_id AND (g.id = p_gift_id
        OR g.id = ANY (ARRAY(SELECT v.id FROM crm.gift v WHERE v.organization_id = p_organization_id
            AND v.reverses_id = p_gift_id AND v.id <> ALL (array_remove(coalesce(p_but, '{}'), NULL)))))
    GROUP BY s.project_id HAVING sum(s.minor) > 0 ORDER BY min(s.n), s.project_id;
END
$$;

-- p_minor taken from parts in proportion to them, to the last unit; no part gives more than it has.
CREATE FUNCTION crm_code.shares(p_parts bigint[], p_minor bigint) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((div(x.upto * p_minor, x.all) - div((x.upto - x.part) * p_minor, x.all))::bigint ORDER BY x.n)
    FROM (SELECT p.part::numeric AS part, p.n, sum(p.part::numeric) OVER (ORDER BY p.n) AS upto,
            sum(p.part::numeric) OVER () AS all FROM unnest(p_parts) WITH ORDINALITY AS p (part, n)) x
$$;

-- The reversal of a locked gift as it is to stand: p_id is its own id.
CREATE FUNCTION crm_code.write_reversal(
    p_organization_id bigint, p_id bigint, p_reversal crm_code.reversal, p_gift_id bigint, p_project_ids bigint[],
    p_minor bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := crm_code.designation_ids(
        (SELECT k.designation_ids FROM crm.gift k WHERE k.organization_id = p_organization_id AND k.id = p_id),
        (SELECT k.designation_project_ids FROM crm.gift k WHERE k.organization_id = p_organization_id AND k.id = p_id), p_project_ids);
BEGIN
    INSERT INTO crm.gift AS k (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids,
        designation_project_ids, designation_minor, transaction_source, transaction_id, origin, is_private, created_at,
        modified_at, version, source_version, reverses_id, notes)
    SELECT p_organization_id, p_id, g.contact_id, 'Reversing Transaction', p_reversal."on", platform.sum_minor(p_minor),
        g.currency, v_ids, p_project_ids, p_minor, (p_reversal.key).source, (p_reversal.key).id, g.origin, g.is_private,
        p_now, p_now, 1, p_reversal.version, g.id, p_reversal.notes
    FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id
    ON CONFLICT (organization_id, id) DO UPDATE SET gift_on = excluded.gift_on, amount_minor = excluded.amount_minor,
        designation_ids = excluded.designation_ids, designation_project_ids = excluded.designation_project_ids,
        designation_minor = excluded.designation_minor, version = k.version + 1, source_version = excluded.source_version,
        modified_at = excluded.modified_at;
END
$$;

-- Write or change one row beside a locked gift, of these parts, negative where they are taken; the figures move by the difference. p_own: its id when
-- it is here already; `did` is then `same` when it says nothing new.
CREATE FUNCTION crm_code.put_reversal(
    p_organization_id bigint, p_slot smallint, p_reversal crm_code.reversal, p_gift_id bigint, p_own bigint, p_project_ids bigint[],
    p_minor bigint[], p_now timestamptz, OUT id bigint, OUT did text
) LANGUAGE plpgsql AS $$
DECLARE
    v_id bigint := coalesce(p_own, nextval('crm.gift_id_seq'));
    v_old crm_code.booked_gift[] := crm_code.booked(p_organization_id, ARRAY[v_id]);
    v_was jsonb := crm_code.gifts_as_they_are(p_organization_id, ARRAY[v_id]);
BEGIN
    id := v_id;
    UPDATE crm.gift g SET source_version = p_reversal.version
    WHERE g.organization_id = p_organization_id AND g.id = p_own AND g.gift_on = p_reversal."on"
        AND g.designation_project_ids = p_project_ids AND g.designation_minor = p_minor;
    did := CASE WHEN FOUND THEN 'same' WHEN p_own IS NULL THEN 'made' ELSE 'changed' END;
    IF did = 'same' THEN
        RETURN;
    END IF;
    PERFORM crm_code.write_reversal(p_organization_id, v_id, p_reversal, p_gift_id, p_project_ids, p_minor, p_now);
    PERFORM crm_code.rebook_gifts(p_organization_id, p_slot, v_old, crm_code.booked(p_organization_id, ARRAY[v_id]), '{}');
    IF p_own IS NULL THEN
        PERFORM crm_code.append_event(p_organization_id, g.contact_id, 'gift.created', g.id, p_now, 1)
        FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = v_id;
    ELSE
        PERFORM crm_code.announce_gifts(p_organization_id, ARRAY[v_id], v_was, p_now);
    END IF;
END
$$;

-- Write or change one reversal of a locked gift, and the row that gives it back, where there is one or is to be: it gives what was taken,
-- no more and no less. p_own and p_back: their ids when they are here already; `did` is what became of both.
CREATE FUNCTION crm_code.reverse_gift(
    p_organization_id bigint, p_slot smallint, p_reversal crm_code.reversal, p_gift_id bigint, p_own bigint, p_back bigint,
    p_now timestamptz, OUT id bigint, OUT did text
) LANGUAGE plpgsql AS $$
DECLARE
    v_projects bigint[];
    v_rest bigint[];
    v_minor bigint[];
    v_did text;
BEGIN
    SELECT array_agg(r.project_id), array_agg(r.minor) INTO v_projects, v_rest
    FROM crm_code.rest_of(p_organization_id, p_gift_id, ARRAY[p_own, p_back]) r;
    IF p_reversal.parts IS NOT NULL THEN
        v_projects := p_reversal.project_ids;
        v_rest := p_reversal.parts;
    END IF;
    v_minor := crm_code.shares(v_rest, coalesce(p_reversal.minor, platform.sum_minor(v_rest)));
    SELECT array_agg(s.project_id), array_agg(s.minor) INTO v_projects, v_minor
    FROM unnest(v_projects, v_minor) AS s (project_id, minor) WHERE s.minor > 0;
    SELECT r.id, r.did INTO id, did FROM crm_code.put_reversal(p_organization_id, p_slot, p_reversal, p_gift_id, p_own, v_projects,
        ARRAY(SELECT -m FROM unnest(v_minor) WITH ORDINALITY AS x (m, n) ORDER BY n), p_now) r;
    IF p_back IS NULL AND p_reversal.reinstated_on IS NULL THEN
        RETURN;
    END IF;
    p_reversal.key := crm_code.reinstated_key(p_reversal.key);
    p_reversal."on" := coalesce(p_reversal.reinstated_on, (SELECT g.gift_on FROM crm.gift g
        WHERE g.organization_id = p_organization_id AND g.id = p_back));
    SELECT r.did INTO v_did FROM crm_code.put_reversal(p_organization_id, p_slot, p_reversal, p_gift_id, p_back, v_projects, v_minor,
        p_now) r;
    did := CASE WHEN did = 'same' AND v_did <> 'same' THEN 'changed' ELSE did END;
END
$$;

-- The projects that a reversal's designations name; a code that no project has is the problem.
CREATE FUNCTION crm_code.parts_named(
    p_organization_id bigint, p_designations jsonb, p_code_keys jsonb, OUT project_ids bigint[], OUT parts bigint[], OUT unknown text
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT array_agg(x.id ORDER BY x.n), array_agg(x.minor ORDER BY x.n), min(x.code) FILTER (WHERE x.id IS NULL)
    INTO project_ids, parts, unknown
    FROM (SELECT p.id, min(d.x ->> 'code') AS code, sum((d.x ->> 'minor')::bigint)::bigint AS minor, min(d.n) AS n
        FROM jsonb_array_elements(p_designations) WITH ORDINALITY AS d (x, n)
        LEFT JOIN crm.project p ON p.organization_id = p_organization_id AND p.code_key = p_code_keys ->> (d.x ->> 'code')
        GROUP BY p.id) x;
END
$$;

-- Why a reversal cannot be, if it cannot: more than is left of the gift, in all or of a project. One that is given back again, part by part, takes
-- nothing in the end: the gift may have become less since. The detail has the other reversals of the gift.
CREATE FUNCTION crm_code.obstacle_to_reversal(
    p_organization_id bigint, p_reversal crm_code.reversal, p_gift_id bigint, p_own bigint, p_back bigint,
    OUT problem text, OUT detail text
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_others bigint[] := ARRAY(SELECT v.id FROM crm.gift v WHERE v.organization_id = p_organization_id AND v.reverses_id = p_gift_id
        ORDER BY v.id);
    v_but bigint[] := CASE WHEN p_back IS NULL AND p_reversal.reinstated_on IS NULL THEN ARRAY[p_own] ELSE v_others END;
    v_rest numeric := (SELECT coalesce(sum(r.minor), 0) FROM crm_code.rest_of(p_organization_id, p_gift_id, v_but) r);
BEGIN
    IF p_reversal.reinstated_on IS NOT NULL AND platform.sum_minor(p_reversal.parts) > 0 THEN
        RETURN;
    END IF;
    IF coalesce(p_reversal.minor, platform.sum_minor(p_reversal.parts), v_rest) NOT BETWEEN 1 AND v_rest
        OR EXISTS (SELECT FROM unnest(p_reversal.project_ids, p_reversal.parts) AS x (id, minor) WHERE x.minor > coalesce((
            SELECT r.minor FROM crm_code.rest_of(p_organization_id, p_gift_id, v_but) r WHERE r.project_id = x.id), 0))
    THEN
        problem := 'reversal_exceeds_gift';
        detail := nullif(array_to_string(array_remove(array_remove(v_others, p_own), p_back), ', '), '');
    END IF;
END
$$;

-- Take back each, and give back what came again; its id, what was done, and why not. Never more than is left of a gift.
CREATE FUNCTION crm_code.reverse_gifts(p_organization_id bigint, p_reversals jsonb, p_code_keys jsonb, p_now timestamptz)
RETURNS TABLE (ord int, gift_id bigint, did text, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_slot smallint;
    v_reversal crm_code.reversal;
    v_gift bigint;
    v_back bigint;
    v_version int;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    -- Those of all gifts first: one after the other they would be taken in the order of the call.
    PERFORM crm_code.lock_gifts(p_organization_id, ARRAY(SELECT crm_code.gift_of(p_organization_id, r."of")
        FROM jsonb_populate_recordset(NULL::crm_code.reversal, p_reversals) r));
    FOR v_reversal IN SELECT * FROM jsonb_populate_recordset(NULL::crm_code.reversal, p_reversals) LOOP
        ord := coalesce(ord, 0) + 1;
        v_gift := crm_code.gift_of(p_organization_id, v_reversal."of");
        PERFORM crm_code.lock_gifts(p_organization_id, ARRAY[v_gift]);
        gift_id := crm_code.gift_of(p_organization_id, v_reversal.key);
        v_back := crm_code.gift_of(p_organization_id, crm_code.reinstated_key(v_reversal.key));
        v_version := (SELECT g.source_version FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = gift_id);
        detail := NULL;
        problem := CASE WHEN EXISTS (SELECT FROM crm.gift g WHERE g.organization_id = p_organization_id
                AND g.id IN (gift_id, v_back) AND (v_gift IS NULL OR g.reverses_id IS DISTINCT FROM v_gift)) THEN 'key_taken'
            WHEN v_version >= v_reversal.version THEN NULL WHEN v_gift IS NULL THEN 'gift_unknown' END;
        did := CASE WHEN problem IS NOT NULL THEN 'refused' WHEN v_version >= v_reversal.version THEN 'same' END;
        IF did IS NULL AND jsonb_array_length(v_reversal.designations) > 0 THEN
            SELECT n.project_ids, n.parts, n.unknown INTO v_reversal.project_ids, v_reversal.parts, detail
            FROM crm_code.parts_named(p_organization_id, v_reversal.designations, p_code_keys) n;
            problem := CASE WHEN detail IS NOT NULL THEN 'project_unknown' END;
        END IF;
        IF did IS NULL AND problem IS NULL THEN
            SELECT o.problem, o.detail INTO problem, detail
            FROM crm_code.obstacle_to_reversal(p_organization_id, v_reversal, v_gift, gift_id, v_back) o;
        END IF;
        IF did IS NULL AND problem IS NULL THEN
            SELECT r.id, r.did INTO gift_id, did FROM crm_code.reverse_gift(p_organization_id, v_slot, v_reversal, v_gift, gift_id,
                v_back, p_now) r;
        END IF;
        did := coalesce(did, 'refused');
        gift_id := CASE WHEN problem IS NULL THEN gift_id END;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Take back a gift that was asked for by its id; p_minor as in `reversal`. Answers the reversal's id. Who asks has looked before: when less
-- is left by now, it fails as what lost to somebody else.
CREATE FUNCTION crm_code.take_back(
    p_organization_id bigint, p_gift_id bigint, p_on date, p_minor bigint, p_project_ids bigint[], p_parts bigint[], p_notes text,
    p_now timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_slot smallint;
    v_rest numeric;
    v_id bigint;
BEGIN
    PERFORM crm_code.keep_tree(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    PERFORM crm_code.lock_gifts(p_organization_id, ARRAY[p_gift_id]);
    v_rest := (SELECT coalesce(sum(r.minor), 0) FROM crm_code.rest_of(p_organization_id, p_gift_id) r);
    IF coalesce(p_minor, v_rest) NOT BETWEEN 1 AND v_rest OR EXISTS (SELECT FROM unnest(p_project_ids, p_parts) AS x (id, minor)
        WHERE x.minor > coalesce((SELECT r.minor FROM crm_code.rest_of(p_organization_id, p_gift_id) r WHERE r.project_id = x.id), 0))
    THEN
        RAISE serialization_failure USING MESSAGE = 'the gift was taken back by somebody else in the same moment';
    END IF;
    SELECT r.id INTO v_id FROM crm_code.reverse_gift(p_organization_id, v_slot,
        (NULL, NULL, 1, p_on, p_minor, p_notes, p_project_ids, p_parts, NULL, NULL)::crm_code.reversal, p_gift_id, NULL, NULL, p_now) r;
    RETURN v_id;
END
$$;
