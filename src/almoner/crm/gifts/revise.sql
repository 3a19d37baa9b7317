-- needs: crm/gifts/change, crm/gifts/enter
--
-- Gifts that staff and partners edit or delete. Whoever asks holds them already (hold_gifts).

-- A gift as it is to be, whole but for who gave it, its type and its source.
CREATE TYPE crm_code.revised_gift AS (
    id bigint, gift_on date, amount_minor bigint, currency text, designation_ids bigint[], project_ids bigint[], minor bigint[],
    contact_individual_id bigint, batch text, segment_code text, notes text, is_private boolean, is_tax_deductible boolean,
    custom_values jsonb, details jsonb, passthrough_contact_ids bigint[], passthrough_minor bigint[]
);

-- Hold gifts and their contacts until the transaction ends, the tree of projects before.
CREATE FUNCTION crm_code.hold_gifts(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    PERFORM platform_code.own_slot(p_organization_id, 1);
    PERFORM crm_code.lock_gifts(p_organization_id, p_gift_ids);
END
$$;

-- Those of the gifts that are to be otherwise than they are.
CREATE FUNCTION crm_code.gifts_that_differ(p_organization_id bigint, p_gifts crm_code.revised_gift[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT k.id FROM unnest(p_gifts) g
        JOIN crm.gift k ON k.organization_id = p_organization_id AND k.id = g.id
        WHERE (k.gift_on, k.amount_minor, k.currency::text, k.designation_ids, k.designation_project_ids, k.designation_minor,
                k.contact_individual_id, k.batch, k.segment_code, k.notes, k.is_private, k.is_tax_deductible, k.custom_values,
                k.details, k.passthrough_contact_ids, k.passthrough_minor)
            IS DISTINCT FROM (g.gift_on, g.amount_minor, g.currency, g.designation_ids, g.project_ids, g.minor,
                g.contact_individual_id, g.batch, g.segment_code, g.notes, g.is_private, g.is_tax_deductible, g.custom_values,
                g.details, g.passthrough_contact_ids, g.passthrough_minor)
        ORDER BY k.id);
END
$$;

-- Write gifts as they are to be; the figures move by the difference. One that is so already is no change and no event. Of a gift that a source sent
-- the source's words are kept from the first change on. Without p_announces the caller has more to change, and appends the event (announce_replacement).
CREATE FUNCTION crm_code.write_revisions(
    p_organization_id bigint, p_slot smallint, p_gifts crm_code.revised_gift[], p_now timestamptz, p_announces boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := crm_code.gifts_that_differ(p_organization_id, p_gifts);
    v_old crm_code.booked_gift[] := crm_code.booked(p_organization_id, v_ids);
    v_new crm_code.booked_gift[] := ARRAY(SELECT (g.id, o.contact_id, g.currency, extract(year FROM g.gift_on), g.amount_minor,
            g.project_ids, g.minor, o.n, o.entered)::crm_code.booked_gift
        FROM unnest(p_gifts) g JOIN unnest(v_old) o ON o.id = g.id);
    v_were crm_code.giver[] := crm_code.present_givers(p_organization_id, crm_code.givers_in(p_organization_id, v_old || v_new));
    v_was jsonb := crm_code.gifts_as_they_are(p_organization_id, v_ids);
BEGIN
    UPDATE crm.gift k SET gift_on = g.gift_on, amount_minor = g.amount_minor, currency = g.currency,
        designation_ids = g.designation_ids, designation_project_ids = g.project_ids, designation_minor = g.minor,
        contact_individual_id = g.contact_individual_id, batch = g.batch, segment_code = g.segment_code, notes = g.notes,
        is_private = g.is_private, is_tax_deductible = g.is_tax_deductible, custom_values = g.custom_values, details = g.details,
        passthrough_contact_ids = g.passthrough_contact_ids, passthrough_minor = g.passthrough_minor,
        version = k.version + 1, modified_at = p_now, source_words = CASE
            WHEN k.source_words IS NULL AND k.transaction_source IS NOT NULL AND k.origin IS NOT NULL
                AND (k.segment_code, k.notes, k.is_private) IS DISTINCT FROM (g.segment_code, g.notes, g.is_private)
            THEN crm_code.words_of_source(k.segment_code, k.notes, k.is_private) ELSE k.source_words END
    FROM unnest(p_gifts) g
    WHERE k.organization_id = p_organization_id AND k.id = ANY (v_ids) AND k.id = g.id;
    PERFORM crm_code.rebook_gifts(p_organization_id, p_slot, v_old, v_new, v_were);
    IF p_announces THEN
        PERFORM crm_code.announce_gifts(p_organization_id, v_ids, v_was, p_now);
    END IF;
END
$$;

-- A gift that was replaced, held since it was so (p_was: its row): one version and one event with the old values of all that changed, those of what
-- goes with it (p_beside, by the names of the wire) among them. Nothing when nothing changed.
CREATE FUNCTION crm_code.announce_replacement(
    p_organization_id bigint, p_gift_id bigint, p_was jsonb, p_beside jsonb, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Also of one that has its new version: what it is applied to since counts by a trigger on its row.
    UPDATE crm.gift g SET version = (p_was ->> 'version')::int + 1, modified_at = p_now
    WHERE g.organization_id = p_organization_id AND g.id = p_gift_id AND (g.version > (p_was ->> 'version')::int OR p_beside <> '{}');
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
    SELECT p_organization_id, platform.event_part(p_organization_id, g.contact_id), g.contact_id, 'gift.updated', g.id, p_now, g.version,
        coalesce(crm_code.old_gift_values(p_organization_id,
            p_was - '{organization_id,id,version,source_version,source_words,modified_at}'::text[], to_jsonb(g)), '{}') || p_beside
    FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id AND g.version > (p_was ->> 'version')::int;
END
$$;

-- The ids of the designations of a gift that is replaced: those that name their own, those of a project that had one, and fresh ones.
CREATE FUNCTION crm_code.designations_of_parts(p_organization_id bigint, p_gift_id bigint, p_parts jsonb, p_project_ids bigint[])
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_own bigint[] := ARRAY(SELECT (a.x ->> 'own')::bigint FROM jsonb_array_elements(p_parts) WITH ORDINALITY AS a (x, n) ORDER BY a.n);
    v_ids bigint[];
    v_projects bigint[];
    v_others bigint[];
    v_next int := 0;
BEGIN
    IF array_position(v_own, NULL) IS NULL THEN
        RETURN v_own;
    END IF;
    SELECT array_agg(s.id ORDER BY s.n), array_agg(s.project_id ORDER BY s.n) INTO v_ids, v_projects
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids) WITH ORDINALITY AS s (id, project_id, n)
    WHERE g.organization_id = p_organization_id AND g.id = p_gift_id AND s.id <> ALL (array_remove(v_own, NULL));
    v_others := crm_code.designation_ids(v_ids, v_projects,
        ARRAY(SELECT x.project FROM unnest(p_project_ids, v_own) WITH ORDINALITY AS x (project, own, n) WHERE x.own IS NULL ORDER BY x.n));
    FOR n IN 1..cardinality(v_own) LOOP
        IF v_own[n] IS NULL THEN
            v_next := v_next + 1;
            v_own[n] := v_others[v_next];
        END IF;
    END LOOP;
    RETURN v_own;
END
$$;

-- Replace a gift that is held (`of_gift`), or answer what keeps it as it is. The caller appends the event.
CREATE FUNCTION crm_code.replace_gift(p_organization_id bigint, p_gift jsonb, p_now timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_gift crm_code.entered_gift := jsonb_populate_record(NULL::crm_code.entered_gift, p_gift);
    v_slot smallint := platform_code.own_slot(p_organization_id, 1);
    v_found crm_code.examined_gift;
BEGIN
    v_gift.passthroughs := crm_code.passthroughs_since_merges(p_organization_id, v_gift.passthroughs);
    SELECT * INTO v_found FROM crm_code.examine_gifts(p_organization_id, ARRAY[v_gift]);
    IF v_found.problems <> '[]' THEN
        RETURN v_found.problems::text;
    END IF;
    PERFORM crm_code.write_revisions(p_organization_id, v_slot, ARRAY[(v_gift.of_gift, v_gift.gift_on, v_gift.amount_minor,
        v_gift.currency, crm_code.designations_of_parts(p_organization_id, v_gift.of_gift, v_gift.parts, v_found.project_ids),
        v_found.project_ids, v_found.minor, v_gift.contact_individual_id, v_gift.batch, coalesce(v_found.segment_code, v_gift.kept_segment), v_gift.notes,
        v_gift.is_private, v_gift.is_tax_deductible, v_gift.custom_values, v_gift.details,
        crm_code.passthrough_contacts(v_gift.passthroughs),
        crm_code.passthrough_amounts(v_gift.passthroughs))::crm_code.revised_gift], p_now, false);
    RETURN NULL;
END
$$;

-- Let gifts that are held have other segments, notes, details and values of the organization's own fields.
CREATE FUNCTION crm_code.patch_gifts(p_organization_id bigint, p_gifts jsonb, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_slot smallint := platform_code.own_slot(p_organization_id, 1);
BEGIN
    PERFORM crm_code.write_revisions(p_organization_id, v_slot, ARRAY(
        SELECT (k.id, k.gift_on, k.amount_minor, k.currency::text, k.designation_ids, k.designation_project_ids,
            k.designation_minor, k.contact_individual_id, k.batch, x.segment_code, x.notes, k.is_private, k.is_tax_deductible,
            x.custom_values, x.details, k.passthrough_contact_ids, k.passthrough_minor)::crm_code.revised_gift
        FROM jsonb_to_recordset(p_gifts) AS x (id bigint, notes text, segment_code text, custom_values jsonb, details jsonb)
        JOIN crm.gift k ON k.organization_id = p_organization_id AND k.id = x.id), p_now, true);
END
$$;

-- Delete a gift that is held: the figures are as if it had never been. The application itself deletes no gifts.
CREATE FUNCTION crm_code.delete_gift(p_organization_id bigint, p_gift_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_slot smallint;
    v_old crm_code.booked_gift[];
    v_were crm_code.giver[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    v_old := crm_code.booked(p_organization_id, ARRAY[p_gift_id]);
    v_were := crm_code.present_givers(p_organization_id, crm_code.givers_in(p_organization_id, v_old));
    DELETE FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id;
    PERFORM crm_code.rebook_gifts(p_organization_id, v_slot, v_old, '{}', v_were);
END
$$;
