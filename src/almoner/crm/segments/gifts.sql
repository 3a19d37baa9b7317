-- The gifts of segments: how a gift names one, and which gifts are whose.

CREATE TYPE crm_code.named_segment AS (id bigint, code text);

-- The segment that a gift names: by its id, by its folded code, or by a text that is its code or, of one alone, its name. Nothing when
-- there is none.
CREATE FUNCTION crm_code.segment_named(p_organization_id bigint, p_id bigint, p_code_key text, p_text text) RETURNS crm_code.named_segment
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_found crm_code.named_segment[];
BEGIN
    v_found := ARRAY(SELECT (s.id, s.code)::crm_code.named_segment FROM crm.segment s
        WHERE s.organization_id = p_organization_id AND (s.id = p_id OR p_id IS NULL AND s.code_key = p_code_key));
    IF v_found = '{}' AND p_text IS NOT NULL THEN
        v_found := ARRAY(SELECT (s.id, s.code)::crm_code.named_segment FROM crm.segment s
            WHERE s.organization_id = p_organization_id AND lower(s.name) = lower(p_text) LIMIT 2);
    END IF;
    RETURN CASE WHEN cardinality(v_found) = 1 THEN v_found[1] END;
END
$$;

-- So many gifts, with ids above p_after, under the code that a segment has from now on: of those that it has under another, and those that
-- came with this one before it had it. Both are its gifts as the gift's own trigger finds them. Answers the last id, nothing when there are no
-- more. Recurring gifts come with the first. Nobody writes gifts meanwhile: the tree is held.
CREATE FUNCTION crm_code.segment_takes_gifts(p_organization_id bigint, p_id bigint, p_code text, p_after bigint, p_most int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_ids := ARRAY(SELECT x.id FROM (
        (SELECT g.id FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.segment_id = p_id AND g.segment_code <> p_code AND g.id > p_after
            ORDER BY g.id LIMIT p_most)
        UNION ALL
        (SELECT g.id FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.segment_id IS NULL AND g.segment_code IS NOT NULL
                AND lower(g.segment_code) = lower(p_code) AND g.id > p_after
            ORDER BY g.id LIMIT p_most)) x
        ORDER BY x.id LIMIT p_most);
    UPDATE crm.gift g SET segment_code = p_code WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids);
    IF p_after = 0 THEN
        -- One that another system tells keeps the code that it sent, for it will send that again.
        UPDATE crm.recurring_gift k SET segment_code = p_code
        WHERE k.organization_id = p_organization_id AND k.segment_id = p_id AND k.segment_code <> p_code AND k.is_own;
        UPDATE crm.recurring_gift k SET segment_code = CASE WHEN k.is_own THEN p_code ELSE k.segment_code END
        WHERE k.organization_id = p_organization_id AND k.segment_id IS NULL AND k.segment_code IS NOT NULL
            AND lower(k.segment_code) = lower(p_code);
    END IF;
    RETURN v_ids[p_most];
END
$$;
