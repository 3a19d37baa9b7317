-- needs: crm/gifts/checks, crm/gifts/change, crm/projects/tree
--
-- crm_code.put_gifts: write or change gifts as their source has them, a set at a time.

-- Write the gifts that have an id, move the kept figures, append the events.
CREATE FUNCTION crm_code.write_gifts(
    p_organization_id bigint, p_slot smallint, p_gifts crm_code.put_gift[], p_checked crm_code.checked_gift[],
    p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency,
        designation_ids, designation_project_ids, designation_minor, transaction_source, transaction_id,
        segment_code, notes, origin, is_private, created_at, modified_at, version, source_version, contact_individual_id, batch,
        is_tax_deductible, custom_values, details, passthrough_contact_ids, passthrough_minor)
    SELECT p_organization_id, c.id, g.contact_id, g.gift_type, g.gift_on, g.amount_minor, g.currency, c.designation_ids,
        c.project_ids, c.minor, (g.key).source, (g.key).id, g.segment_code, g.notes, g.origin, g.is_private,
        p_now, p_now, 1, g.version, g.contact_individual_id, g.batch, coalesce(g.is_tax_deductible, true),
        coalesce(g.custom_values, '{}'), coalesce(g.details, '{}'), coalesce(g.passthrough_contact_ids, '{}'),
        coalesce(g.passthrough_minor, '{}')
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE c.id IS NOT NULL;

    PERFORM crm_code.book_gifts(p_organization_id, ARRAY(
        SELECT (c.id, g.contact_id, g.currency, extract(year FROM g.gift_on), g.amount_minor, c.project_ids,
            c.minor, 1, (g.origin IS NULL OR (g.key).source IS NULL)::int)::crm_code.booked_gift
        FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord WHERE c.id IS NOT NULL), p_slot);

    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, g.contact_id), g.contact_id, 'gift.created', c.id, p_now
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE c.id IS NOT NULL ORDER BY c.ord;
END
$$;

-- In whose honor gifts were given that were just made, and what is given out for them: of the premiums that are known here by their codes,
-- at what they are worth now.
CREATE FUNCTION crm_code.put_extras(
    p_organization_id bigint, p_gifts crm_code.put_gift[], p_checked crm_code.checked_gift[], p_code_keys jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.gift_tribute (organization_id, gift_id, tribute_type, description)
    SELECT p_organization_id, c.id, g.tribute ->> 'type', g.tribute ->> 'description'
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    WHERE c.id IS NOT NULL AND jsonb_typeof(g.tribute) = 'object';
    INSERT INTO crm.gift_premium (organization_id, gift_id, premium_id, quantity, currency, fair_market_value_minor)
    SELECT p_organization_id, c.id, p.id, sum(m.quantity), p.currency, p.fair_market_value_minor
    FROM unnest(p_checked) c JOIN unnest(p_gifts) g ON g.ord = c.ord
    CROSS JOIN LATERAL jsonb_to_recordset(g.premiums) AS m (code text, quantity int)
    CROSS JOIN LATERAL (SELECT k.id, k.currency, k.fair_market_value_minor FROM crm.premium k
        WHERE k.organization_id = p_organization_id AND k.code_key = p_code_keys ->> m.code LIMIT 1) p
    WHERE c.id IS NOT NULL
    GROUP BY c.id, p.id, p.currency, p.fair_market_value_minor ORDER BY p.id, c.id;
END
$$;

-- Put each gift. One row for each, by its place: the gift, what was done, and why not. The source's key makes a repeat harmless:
-- a gift that is here in this version or a later one is the same.
CREATE FUNCTION crm_code.put_gifts(p_organization_id bigint, p_gifts jsonb, p_code_keys jsonb, p_now timestamptz)
RETURNS TABLE (ord int, gift_id bigint, did text, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_gifts crm_code.put_gift[];
    v_checked crm_code.checked_gift[];
    v_known int[] := '{}';
    v_later int[] := '{}';
    v_slot smallint;
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    v_gifts := crm_code.read_gifts(p_organization_id, p_gifts);
    FOR r IN SELECT g.ord, k.id, g.version > k.source_version IS TRUE AS is_later, k.reverses_id FROM unnest(v_gifts) g
        CROSS JOIN LATERAL (SELECT x.id, x.source_version, x.reverses_id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = (g.key).source AND x.transaction_id = (g.key).id LIMIT 1) k
    LOOP
        v_known := v_known || r.ord;
        IF r.is_later AND r.reverses_id IS NULL THEN
            v_later := v_later || r.ord;
        ELSE
            ord := r.ord;
            gift_id := CASE WHEN r.reverses_id IS NULL THEN r.id END;
            did := CASE WHEN r.reverses_id IS NULL THEN 'same' ELSE 'refused' END;
            problem := CASE WHEN r.reverses_id IS NOT NULL THEN 'key_taken' END;
            RETURN NEXT;
        END IF;
    END LOOP;
    IF v_later <> '{}' THEN
        RETURN QUERY SELECT * FROM crm_code.change_gifts(p_organization_id, v_slot,
            ARRAY(SELECT g FROM unnest(v_gifts) g WHERE g.ord = ANY (v_later)), p_code_keys, p_now);
    END IF;
    IF v_known <> '{}' THEN
        v_gifts := ARRAY(SELECT g FROM unnest(v_gifts) g WHERE g.ord <> ALL (v_known));
    END IF;
    IF v_gifts <> '{}' THEN
        v_checked := crm_code.check_gifts(p_organization_id, v_gifts, p_code_keys);
        PERFORM crm_code.write_gifts(p_organization_id, v_slot, v_gifts, v_checked, p_now);
        IF EXISTS (SELECT FROM unnest(v_gifts) g WHERE jsonb_typeof(g.tribute) = 'object' OR g.premiums <> '[]') THEN
            PERFORM crm_code.put_extras(p_organization_id, v_gifts, v_checked, p_code_keys);
        END IF;
        RETURN QUERY SELECT c.ord, c.id, CASE WHEN c.problem IS NULL THEN 'made' ELSE 'refused' END, c.problem, c.detail
        FROM unnest(v_checked) c;
    END IF;
END
$$;
