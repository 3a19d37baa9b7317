-- needs: crm/events, crm/gifts/checks, crm/projects/rebook
--
-- Gifts that change: as their source has them in a later version, or with their contact.

-- What a changed gift becomes, or why it stays.
CREATE TYPE crm_code.changed_gift AS (
    ord int, id bigint, designation_ids bigint[], was_project_ids bigint[], project_ids bigint[], minor bigint[], did text,
    problem text, detail text
);

-- Gifts as the figures have them.
CREATE FUNCTION crm_code.booked(p_organization_id bigint, p_gift_ids bigint[]) RETURNS crm_code.booked_gift[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT (g.id, g.contact_id, g.currency, extract(year FROM g.gift_on), g.amount_minor,
            g.designation_project_ids, g.designation_minor, (g.reverses_id IS NULL)::int,
            (g.reverses_id IS NULL AND (g.origin IS NULL OR g.transaction_source IS NULL))::int)::crm_code.booked_gift
        FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids));
END
$$;

-- Lock gifts with their contacts, those first: as whoever writes a gift does. One that moved meanwhile is followed.
CREATE FUNCTION crm_code.lock_gifts(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_contacts bigint[];
    v_now bigint[];
BEGIN
    LOOP
        v_contacts := ARRAY(SELECT DISTINCT g.contact_id FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids));
        PERFORM FROM crm.contact c WHERE c.organization_id = p_organization_id AND c.id = ANY (v_contacts)
        ORDER BY c.id FOR NO KEY UPDATE;
        v_now := ARRAY(SELECT k.contact_id FROM (SELECT g.contact_id FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids) ORDER BY g.id FOR NO KEY UPDATE) k);
        EXIT WHEN v_now <@ v_contacts;
    END LOOP;
END
$$;

-- The ids of new designations: one of a project that had one keeps its id, others get a fresh one.
CREATE FUNCTION crm_code.designation_ids(p_ids bigint[], p_projects bigint[], p_new_projects bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
BEGIN
    SELECT array_agg(o.id ORDER BY n.n) INTO v_ids
    FROM (SELECT x.project, x.n, row_number() OVER (PARTITION BY x.project ORDER BY x.n) AS k
          FROM unnest(p_new_projects) WITH ORDINALITY AS x (project, n)) n
    LEFT JOIN (SELECT x.id, x.project, row_number() OVER (PARTITION BY x.project ORDER BY x.n) AS k
          FROM unnest(p_ids, p_projects) WITH ORDINALITY AS x (id, project, n)) o ON o.project = n.project AND o.k = n.k;
    FOR n IN 1..cardinality(v_ids) LOOP
        v_ids[n] := coalesce(v_ids[n], nextval('crm.gift_designation_id_seq'));
    END LOOP;
    RETURN v_ids;
END
$$;

-- What becomes of each gift, which is locked: a project that it has may be inactive, and of each project stays as
-- much as was taken back of it; else the detail has the ids of the reversals.
CREATE FUNCTION crm_code.judge_changes(
    p_organization_id bigint, p_gifts crm_code.put_gift[], p_ids bigint[], p_resolved crm_code.resolved_gift[]
) RETURNS crm_code.changed_gift[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT (i.ord, k.id, k.designation_ids, k.designation_project_ids, d.project_ids, d.minor, CASE
                WHEN k.source_version >= i.version THEN 'same'
                WHEN w.problem IS NOT NULL THEN 'refused'
                WHEN (k.contact_id, k.gift_type, k.gift_on, k.amount_minor, k.currency, k.designation_project_ids,
                    k.designation_minor, k.segment_code, k.notes, k.origin, k.is_private) IS NOT DISTINCT FROM
                    (i.contact_id, i.gift_type, i.gift_on, i.amount_minor, i.currency, d.project_ids, d.minor,
                    i.segment_code, i.notes, i.origin, i.is_private) THEN 'same'
                ELSE 'changed' END,
            CASE WHEN k.source_version < i.version THEN w.problem END,
            CASE WHEN k.source_version < i.version THEN w.detail END)::crm_code.changed_gift
        FROM unnest(p_gifts, p_ids) AS i (ord, key, version, giver, contact_id, gift_type, gift_on, amount_minor, currency,
            designations, segment_code, notes, is_private, origin, contact_individual_id, batch, is_tax_deductible,
            custom_values, details, passthrough_contact_ids, passthrough_minor, tribute, premiums, gift_id)
        JOIN unnest(p_resolved) d ON d.ord = i.ord
        JOIN crm.gift k ON k.organization_id = p_organization_id AND k.id = i.gift_id
        LEFT JOIN crm.contact c ON c.organization_id = p_organization_id AND c.id = i.contact_id
        LEFT JOIN LATERAL (SELECT count(*) AS n, string_agg(DISTINCT b.reversals, ', ') AS reversals, count(*) FILTER (WHERE b.minor > coalesce((SELECT sum(x.minor)
                    FROM unnest(d.project_ids, d.minor) AS x (id, minor) WHERE x.id = b.project_id), 0)) AS uncovered
            FROM (SELECT t.project_id, -sum(t.minor) AS minor, min(a.reversals) AS reversals FROM crm.gift v
                CROSS JOIN LATERAL (SELECT string_agg(r.id::text, ', ' ORDER BY r.id) AS reversals FROM crm.gift r
                    WHERE r.organization_id = p_organization_id AND r.reverses_id = k.id) a
                CROSS JOIN LATERAL unnest(v.designation_project_ids, v.designation_minor) AS t (project_id, minor)
                WHERE v.organization_id = p_organization_id AND v.reverses_id = k.id GROUP BY t.project_id) b) back ON true
        CROSS JOIN LATERAL (SELECT crm_code.obstacle_to(c.id, c.is_archived, d, k.contact_id, k.designation_project_ids) AS w) o
        CROSS JOIN LATERAL (SELECT CASE
            WHEN back.uncovered > 0 OR back.n > 0 AND i.currency <> k.currency THEN back.reversals END AS reversals) b
        CROSS JOIN LATERAL (SELECT coalesce((o.w).problem, CASE WHEN b.reversals IS NOT NULL THEN 'gift_reversed' END) AS problem,
            CASE WHEN (o.w).problem IS NULL THEN b.reversals ELSE (o.w).detail END AS detail) w);
END
$$;

-- Write what becomes of gifts, move the figures by the difference, append the events.
CREATE FUNCTION crm_code.rewrite_gifts(
    p_organization_id bigint, p_slot smallint, p_gifts crm_code.put_gift[], p_changed crm_code.changed_gift[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT c.id FROM unnest(p_changed) c WHERE c.did = 'changed');
    v_old crm_code.booked_gift[] := crm_code.booked(p_organization_id, v_ids);
    v_new crm_code.booked_gift[] := ARRAY(SELECT (c.id, g.contact_id, g.currency, extract(year FROM g.gift_on),
            g.amount_minor, c.project_ids, c.minor, 1, (g.origin IS NULL)::int)::crm_code.booked_gift
        FROM unnest(p_changed) c JOIN unnest(p_gifts) g ON g.ord = c.ord WHERE c.did = 'changed');
    v_were crm_code.giver[] := crm_code.present_givers(p_organization_id,
        crm_code.givers_in(p_organization_id, v_old || v_new));
    v_was jsonb := crm_code.gifts_as_they_are(p_organization_id, v_ids);
BEGIN
    UPDATE crm.gift k SET contact_id = g.contact_id, gift_type = g.gift_type, gift_on = g.gift_on,
        amount_minor = g.amount_minor, currency = g.currency,
        designation_ids = c.designation_ids, designation_project_ids = c.project_ids, designation_minor = c.minor,
        segment_code = g.segment_code, notes = g.notes, origin = g.origin, is_private = g.is_private,
        version = k.version + 1, source_version = g.version, modified_at = p_now
    FROM unnest(p_changed) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE k.organization_id = p_organization_id AND k.id = ANY (v_ids) AND k.id = c.id;
    PERFORM crm_code.rebook_gifts(p_organization_id, p_slot, v_old, v_new, v_were);
    PERFORM crm_code.announce_gifts(p_organization_id, v_ids, v_was, p_now);
END
$$;

-- Each of these gifts as its row is, by id: what an event of its change keeps of before.
CREATE FUNCTION crm_code.gifts_as_they_are(p_organization_id bigint, p_gift_ids bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(g.id, to_jsonb(g) - '{organization_id,id,version,source_version,source_words,modified_at}'::text[])
        FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids));
END
$$;

-- What of a gift is otherwise since, as it was; of the organization's own fields all that it had, by name. What can be none of its values is nothing.
CREATE FUNCTION crm_code.old_gift_values(p_organization_id bigint, p_was jsonb, p_since jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_old jsonb := crm_code.old_values(p_was - 'custom_values', p_since);
BEGIN
    IF p_was -> 'custom_values' IS DISTINCT FROM p_since -> 'custom_values' THEN
        v_old := coalesce(v_old, '{}') || jsonb_build_object('customFields', (
            SELECT coalesce(jsonb_object_agg(f.name, v.value), '{}')
            FROM jsonb_each(CASE jsonb_typeof(p_was -> 'custom_values') WHEN 'object' THEN p_was -> 'custom_values' END) v
            JOIN crm.custom_field f ON f.organization_id = p_organization_id
                AND f.id = CASE WHEN v.key ~ '^[0-9]{1,18}$' THEN v.key::bigint END));
    END IF;
    RETURN v_old;
END
$$;

-- Gifts that changed, each in its new version, with the old values of what changed.
CREATE FUNCTION crm_code.announce_gifts(
    p_organization_id bigint, p_gift_ids bigint[], p_was jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
    SELECT p_organization_id, platform.event_part(p_organization_id, g.contact_id), g.contact_id, 'gift.updated', g.id, p_now,
        g.version, crm_code.old_gift_values(p_organization_id, p_was -> g.id::text, to_jsonb(g))
    FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids) ORDER BY g.id;
END
$$;

-- Gifts, locked with their contacts, go to another contact, which is locked too; what the figures say of both goes along.
CREATE FUNCTION crm_code.move_gifts(
    p_organization_id bigint, p_slot smallint, p_gift_ids bigint[], p_contact_id bigint, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_old crm_code.booked_gift[] := crm_code.booked(p_organization_id, p_gift_ids);
    v_new crm_code.booked_gift[] := ARRAY(SELECT (g.id, p_contact_id, g.currency, g.year, g.amount_minor, g.project_ids,
        g.minor, g.n, g.entered)::crm_code.booked_gift FROM unnest(v_old) g);
    v_were crm_code.giver[] := crm_code.present_givers(p_organization_id,
        crm_code.givers_in(p_organization_id, v_old || v_new));
    v_was jsonb := crm_code.gifts_as_they_are(p_organization_id, p_gift_ids);
BEGIN
    UPDATE crm.gift g SET contact_id = p_contact_id, version = g.version + 1, modified_at = p_now
    WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids);
    PERFORM crm_code.rebook_gifts(p_organization_id, p_slot, v_old, v_new, v_were);
    PERFORM crm_code.announce_gifts(p_organization_id, p_gift_ids, v_was, p_now);
END
$$;

-- What was taken back of gifts that went to another contact follows them.
CREATE FUNCTION crm_code.move_reversals(
    p_organization_id bigint, p_slot smallint, p_gift_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT g.contact_id, array_agg(v.id) AS ids FROM crm.gift g
        JOIN crm.gift v ON v.organization_id = p_organization_id AND v.reverses_id = g.id AND v.contact_id <> g.contact_id
        WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids) GROUP BY g.contact_id
    LOOP
        PERFORM crm_code.move_gifts(p_organization_id, p_slot, r.ids, r.contact_id, p_now);
    END LOOP;
END
$$;

-- What the source of a gift says of what staff and partners change too, as it is kept.
CREATE FUNCTION crm_code.words_of_source(p_segment_code text, p_notes text, p_is_private boolean) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object('segment_code', p_segment_code, 'notes', p_notes, 'is_private', p_is_private);

-- The gifts of a source, locked (p_ids, in their order), with what staff or partners changed meanwhile of what it did not: only what a source itself changed
-- since its last word is taken over from it.
CREATE FUNCTION crm_code.beside_own_words(p_organization_id bigint, p_gifts crm_code.put_gift[], p_ids bigint[]) RETURNS crm_code.put_gift[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_gifts crm_code.put_gift[] := p_gifts;
    r record;
BEGIN
    FOR r IN SELECT i.n, k.segment_code, k.notes, k.is_private, k.source_words AS words FROM crm.gift k
        JOIN unnest(p_ids) WITH ORDINALITY AS i (id, n) ON i.id = k.id
        WHERE k.organization_id = p_organization_id AND k.id = ANY (p_ids) AND k.source_words IS NOT NULL
    LOOP
        IF v_gifts[r.n].segment_code IS NOT DISTINCT FROM r.words ->> 'segment_code' THEN
            v_gifts[r.n].segment_code := r.segment_code;
        END IF;
        IF v_gifts[r.n].notes IS NOT DISTINCT FROM r.words ->> 'notes' THEN
            v_gifts[r.n].notes := r.notes;
        END IF;
        IF v_gifts[r.n].is_private IS NOT DISTINCT FROM (r.words ->> 'is_private')::boolean THEN
            v_gifts[r.n].is_private := r.is_private;
        END IF;
    END LOOP;
    RETURN v_gifts;
END
$$;

-- Change gifts that are here as their source has them, but for what was changed here and not there. One that says nothing new is the same, in the later version.
CREATE FUNCTION crm_code.change_gifts(
    p_organization_id bigint, p_slot smallint, p_gifts crm_code.put_gift[], p_code_keys jsonb, p_now timestamptz
) RETURNS TABLE (ord int, gift_id bigint, did text, problem text, detail text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_ids bigint[] := ARRAY(SELECT (SELECT k.id FROM crm.gift k WHERE k.organization_id = p_organization_id
            AND k.transaction_source = (g.key).source AND k.transaction_id = (g.key).id)
        FROM unnest(p_gifts) WITH ORDINALITY AS g ORDER BY g.ordinality);
    v_gifts crm_code.put_gift[];
    v_changed crm_code.changed_gift[];
BEGIN
    PERFORM crm_code.lock_gifts(p_organization_id, v_ids);
    v_gifts := crm_code.beside_own_words(p_organization_id, p_gifts, v_ids);
    v_changed := crm_code.judge_changes(p_organization_id, v_gifts, v_ids, ARRAY(
        SELECT d FROM crm_code.resolve_designations(p_organization_id, p_gifts, p_code_keys) d));
    FOR n IN 1..cardinality(v_changed) LOOP
        IF v_changed[n].did = 'changed' THEN
            v_changed[n].designation_ids := crm_code.designation_ids(v_changed[n].designation_ids,
                v_changed[n].was_project_ids, v_changed[n].project_ids);
        END IF;
    END LOOP;
    PERFORM crm_code.rewrite_gifts(p_organization_id, p_slot, v_gifts, v_changed, p_now);
    PERFORM crm_code.move_reversals(p_organization_id, p_slot, v_ids, p_now);
    UPDATE crm.gift k SET source_version = g.version
    FROM unnest(v_changed) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE k.organization_id = p_organization_id AND k.id = ANY (v_ids) AND k.id = c.id AND c.did = 'same'
        AND k.source_version < g.version;
    UPDATE crm.gift k SET source_words = crm_code.words_of_source(g.segment_code, g.notes, g.is_private)
    FROM unnest(v_changed) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE k.organization_id = p_organization_id AND k.id = ANY (v_ids) AND k.id = c.id AND c.problem IS NULL
        AND k.source_version = g.version AND k.source_words IS NOT NULL;
    RETURN QUERY SELECT c.ord, CASE WHEN c.problem IS NULL THEN c.id END, c.did, c.problem, c.detail FROM unnest(v_changed) c;
END
$$;
