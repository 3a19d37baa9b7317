-- needs: crm/events, crm/gifts/checks, crm/projects/tree
--
-- crm_code.put_recurring_gifts: write or change promises as their source has them, a set at a time.

-- What a promise is beside its money, its giver and its designations, which are those of a gift (crm_code.put_gift).
CREATE TYPE crm_code.put_schedule AS (
    frequency text, started_on date, next_expected_on date, anticipated_end_on date, cancelled_at timestamptz
);

-- What becomes of a promise, or why it stays as it is. Without `id` it is new.
CREATE TYPE crm_code.judged_schedule AS (
    ord int, id bigint, project_ids bigint[], minor bigint[], did text, problem text, detail text
);

-- What becomes of each, which is locked with its giver's contact.
CREATE FUNCTION crm_code.judge_schedules(
    p_organization_id bigint, p_gifts crm_code.put_gift[], p_schedules crm_code.put_schedule[],
    p_resolved crm_code.resolved_gift[]
) RETURNS crm_code.judged_schedule[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT (g.ord, k.id, d.project_ids, d.minor, CASE WHEN w.is_old THEN 'same' WHEN w.problem IS NOT NULL THEN 'refused'
                WHEN k.id IS NULL THEN 'made'
                WHEN (k.contact_id, k.frequency, k.started_on, k.next_expected_on, k.anticipated_end_on, k.cancelled_at,
                    k.amount_minor, k.currency, k.designation_project_ids, k.designation_minor, k.segment_code, k.is_private)
                    IS NOT DISTINCT FROM (g.contact_id, s.frequency, s.started_on, s.next_expected_on, s.anticipated_end_on,
                    s.cancelled_at, g.amount_minor, g.currency, d.project_ids, d.minor, g.segment_code, g.is_private) THEN 'same'
                ELSE 'changed' END,
            CASE WHEN NOT w.is_old THEN w.problem END,
            CASE WHEN NOT w.is_old THEN w.detail END)::crm_code.judged_schedule
        FROM unnest(p_gifts) g
        JOIN unnest(p_schedules) WITH ORDINALITY AS s ON s.ordinality = g.ord
        JOIN unnest(p_resolved) d ON d.ord = g.ord
        LEFT JOIN LATERAL (SELECT c.id, c.is_archived FROM crm.contact c WHERE c.organization_id = p_organization_id
            AND c.id = g.contact_id LIMIT 1) c ON true
        LEFT JOIN LATERAL (SELECT x.* FROM crm.recurring_gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = (g.key).source AND x.transaction_id = (g.key).id LIMIT 1) k ON true
        CROSS JOIN LATERAL (SELECT crm_code.obstacle_to(c.id, c.is_archived, d, k.contact_id, k.designation_project_ids) AS w) o
        CROSS JOIN LATERAL (SELECT k.source_version >= g.version IS TRUE AS is_old, (o.w).problem, (o.w).detail) w
        ORDER BY g.ord);
END
$$;

-- Write what is new or changed, append the events. Who makes the same at the same moment comes again.
CREATE FUNCTION crm_code.write_schedules(
    p_organization_id bigint, p_gifts crm_code.put_gift[], p_schedules crm_code.put_schedule[],
    p_judged crm_code.judged_schedule[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_was jsonb := (SELECT jsonb_object_agg(k.id, to_jsonb(k) - '{organization_id,id,version,source_version,modified_at}'::text[])
        FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id
            AND k.id = ANY (ARRAY(SELECT j.id FROM unnest(p_judged) j WHERE j.did = 'changed')));
    v_keys bigint[] := ARRAY(SELECT coalesce(j.id, nextval('crm.recurring_gift_id_seq')) FROM unnest(p_judged) j ORDER BY j.ord);
BEGIN
    INSERT INTO crm.recurring_gift AS k (organization_id, id, contact_id, frequency, started_on, next_expected_on,
        anticipated_end_on, cancelled_at, amount_minor, currency, designation_project_ids, designation_minor, segment_code,
        is_private, transaction_source, transaction_id, source_version, version, created_at, modified_at)
    SELECT p_organization_id, v_keys[j.ord], g.contact_id, s.frequency, s.started_on, s.next_expected_on,
        s.anticipated_end_on, s.cancelled_at, g.amount_minor, g.currency, j.project_ids, j.minor, g.segment_code, g.is_private,
        (g.key).source, (g.key).id, g.version, 1, p_now, p_now
    FROM unnest(p_judged) j JOIN unnest(p_gifts) g ON g.ord = j.ord
    JOIN unnest(p_schedules) WITH ORDINALITY AS s ON s.ordinality = j.ord
    WHERE j.did IN ('made', 'changed')
    ON CONFLICT (organization_id, id) DO UPDATE SET contact_id = excluded.contact_id, frequency = excluded.frequency,
        started_on = excluded.started_on, next_expected_on = excluded.next_expected_on,
        anticipated_end_on = excluded.anticipated_end_on, cancelled_at = excluded.cancelled_at,
        amount_minor = excluded.amount_minor, currency = excluded.currency,
        designation_project_ids = excluded.designation_project_ids, designation_minor = excluded.designation_minor,
        segment_code = excluded.segment_code, is_private = excluded.is_private, source_version = excluded.source_version,
        version = k.version + 1, modified_at = p_now;
    UPDATE crm.recurring_gift k SET source_version = g.version
    FROM unnest(p_judged) j JOIN unnest(p_gifts) g ON g.ord = j.ord
    WHERE k.organization_id = p_organization_id AND k.id = j.id AND j.did = 'same' AND k.source_version < g.version;
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
    SELECT p_organization_id, platform.event_part(p_organization_id, k.contact_id), k.contact_id,
        CASE k.version WHEN 1 THEN 'recurring_gift.created' ELSE 'recurring_gift.updated' END, k.id, p_now, k.version,
        crm_code.old_values(v_was -> k.id::text, to_jsonb(k))
    FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id
        AND k.id = ANY (ARRAY(SELECT v_keys[j.ord] FROM unnest(p_judged) j WHERE j.did IN ('made', 'changed')))
    ORDER BY k.id;
END
$$;

-- Put each. One row for each, by its place: its id, what was done, and why not. One that is here in this version or a later one is
-- the same.
CREATE FUNCTION crm_code.put_recurring_gifts(p_organization_id bigint, p_gifts jsonb, p_code_keys jsonb, p_now timestamptz)
RETURNS TABLE (ord int, recurring_gift_id bigint, did text, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_gifts crm_code.put_gift[];
    v_schedules crm_code.put_schedule[];
    v_judged crm_code.judged_schedule[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    v_gifts := crm_code.read_gifts(p_organization_id, p_gifts);
    v_schedules := ARRAY(SELECT s FROM jsonb_populate_recordset(NULL::crm_code.put_schedule, p_gifts) s);
    PERFORM FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND (k.transaction_source, k.transaction_id) IN (
        SELECT (g.key).source, (g.key).id FROM unnest(v_gifts) g) ORDER BY k.id FOR NO KEY UPDATE;
    v_judged := crm_code.judge_schedules(p_organization_id, v_gifts, v_schedules, ARRAY(
        SELECT d FROM crm_code.resolve_designations(p_organization_id, v_gifts, p_code_keys) d));
    PERFORM crm_code.write_schedules(p_organization_id, v_gifts, v_schedules, v_judged, p_now);
    RETURN QUERY SELECT j.ord, k.id, j.did, j.problem, j.detail
    FROM unnest(v_judged) j JOIN unnest(v_gifts) g ON g.ord = j.ord
    LEFT JOIN LATERAL (SELECT x.id FROM crm.recurring_gift x WHERE x.organization_id = p_organization_id AND j.problem IS NULL
        AND x.transaction_source = (g.key).source AND x.transaction_id = (g.key).id LIMIT 1) k ON true;
END
$$;
