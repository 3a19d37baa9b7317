-- needs: giving/segments/figures
--
-- giving_code.move_gifts: gifts become another donor's, and the figures of both with them.

-- How many of these donors gave, other than in test mode, to each of these campaigns in that currency.
CREATE FUNCTION giving_code.givers_among(p_organization_id bigint, p_donor_ids bigint[], p_campaigns bigint[], p_currencies text[])
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT (SELECT count(*) FROM unnest(p_donor_ids) AS d (id) WHERE EXISTS (SELECT FROM giving.gift g
            WHERE g.organization_id = p_organization_id AND g.campaign_id = c.id AND g.donor_id = d.id AND g.currency = c.currency
                AND NOT g.is_test_mode))
        FROM unnest(p_campaigns, p_currencies) WITH ORDINALITY AS c (id, currency, n) ORDER BY c.n);
END
$$;

-- Move gifts to p_to; it and their donors are locked by who calls. Each gets a new version and its event, which stands under its new
-- donor, and the move is kept. Answers how many moved: those that are p_to's already stay as they are.
CREATE FUNCTION giving_code.move_gifts(
    p_organization_id bigint, p_gift_ids bigint[], p_to bigint, p_by text, p_reason text, p_merge_id bigint, p_now timestamptz
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_ids bigint[];
    v_donors bigint[];
    v_campaigns bigint[];
    v_currencies text[];
    v_before bigint[];
    v_after bigint[];
    v_segments bigint[];
    v_segment_currencies text[];
    v_segment_before bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    SELECT array_agg(k.id ORDER BY k.id), array_agg(DISTINCT k.donor_id) INTO v_ids, v_donors
    FROM (SELECT g.id, g.donor_id FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids)
        AND g.donor_id <> p_to ORDER BY g.id FOR NO KEY UPDATE) k;
    IF v_ids IS NULL THEN
        RETURN 0;
    END IF;
    SELECT array_agg(k.campaign_id ORDER BY k.campaign_id, k.currency), array_agg(k.currency ORDER BY k.campaign_id, k.currency)
    INTO v_campaigns, v_currencies
    FROM (SELECT DISTINCT g.campaign_id, g.currency::text AS currency FROM giving.gift g WHERE g.organization_id = p_organization_id
        AND g.id = ANY (v_ids) AND g.campaign_id IS NOT NULL AND NOT g.is_test_mode) k;
    v_before := giving_code.givers_among(p_organization_id, v_donors || p_to, v_campaigns, v_currencies);
    SELECT array_agg(k.segment_id ORDER BY k.segment_id, k.currency), array_agg(k.currency ORDER BY k.segment_id, k.currency)
    INTO v_segments, v_segment_currencies FROM (SELECT DISTINCT g.segment_id, g.currency::text AS currency FROM giving.gift g WHERE g.organization_id = p_organization_id
        AND g.id = ANY (v_ids) AND g.segment_id IS NOT NULL AND NOT g.is_test_mode) k;
    v_segment_before := giving_code.segment_givers_among(p_organization_id, v_donors || p_to, v_segments, v_segment_currencies);
    INSERT INTO giving.gift_move (organization_id, gift_id, from_donor_id, to_donor_id, merge_id, moved_at, moved_by, reason)
    SELECT p_organization_id, g.id, g.donor_id, p_to, p_merge_id, p_now, p_by, p_reason
    FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids) ORDER BY g.id;
    INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
    SELECT p_organization_id, platform.event_part(p_organization_id, p_to), p_to, 'gift.updated', g.id, p_now, g.version + 1,
        jsonb_build_object('donorId', g.donor_id)
    FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids) ORDER BY g.id;
    UPDATE giving.donor d SET gift_count = d.gift_count + x.n
    FROM (SELECT g.donor_id AS id, -count(*) AS n FROM giving.gift g
          WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids) GROUP BY g.donor_id
          UNION ALL SELECT p_to, cardinality(v_ids)) x
    WHERE d.organization_id = p_organization_id AND d.id = x.id;
    UPDATE giving.gift g SET donor_id = p_to, version = g.version + 1, modified_at = p_now
    WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids);
    v_after := giving_code.givers_among(p_organization_id, v_donors || p_to, v_campaigns, v_currencies);
    INSERT INTO giving.tally AS t (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count, raised_minor,
        giver_count, donor_count)
    SELECT p_organization_id, x.campaign_id, x.currency, (pg_backend_pid() & 15)::smallint, 0, 0, 0, 0, x.since - x.was, 0
    FROM unnest(v_campaigns, v_currencies, v_before, v_after) AS x (campaign_id, currency, was, since) WHERE x.since <> x.was
    ORDER BY x.campaign_id, x.currency
    ON CONFLICT (organization_id, campaign_id, currency, slot) DO UPDATE SET giver_count = t.giver_count + excluded.giver_count;
    IF v_segments IS NOT NULL THEN
        PERFORM giving_code.move_segments(p_organization_id, ARRAY(
            SELECT (x.segment_id, x.currency, 0, 0, 0, x.since - x.was)::giving_code.segment_move
            FROM unnest(v_segments, v_segment_currencies, v_segment_before, giving_code.segment_givers_among(p_organization_id,
                v_donors || p_to, v_segments, v_segment_currencies)) AS x (segment_id, currency, was, since)));
    END IF;
    RETURN cardinality(v_ids);
END
$$;
