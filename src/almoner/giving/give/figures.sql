-- needs: giving/give/checks, giving/segments/figures
--
-- Kept figures of giving: gifts and donors in all, what campaigns and segments raised, how often a donor gave. Always equal to a count
-- over the gifts (giving/gifts/store.sql, figure_differences).

-- Move the figures by gifts that were just written; their donors are locked. A giver is new to a campaign when made by this
-- call, or without an older gift there: gifts of a locked donor are older exactly when their ids are lower.
CREATE FUNCTION giving_code.count_gifts(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_gift_ids bigint[], p_donor_ids bigint[], p_made bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    -- A donor that was just made holds its first gift already.
    IF cardinality(p_gift_ids) > cardinality(p_made) THEN
        UPDATE giving.donor d SET gift_count = d.gift_count + x.n
        FROM (SELECT i.id, count(*) - count(DISTINCT m.id) AS n
              FROM unnest(p_donor_ids) AS i (id) LEFT JOIN unnest(p_made) AS m (id) ON m.id = i.id GROUP BY i.id) x
        WHERE d.organization_id = p_organization_id AND d.id = ANY (p_donor_ids) AND d.id = x.id AND x.n > 0;
    END IF;

    INSERT INTO giving.tally AS t (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count,
        raised_minor, giver_count, donor_count)
    SELECT p_organization_id, x.campaign_id, x.currency, (pg_backend_pid() & 15)::smallint, sum(x.gifts), sum(x.minor),
        sum(x.raised), sum(x.raised_minor),
        count(*) FILTER (WHERE x.campaign_id <> 0 AND x.raised > 0 AND (x.donor_id = ANY (p_made) OR NOT EXISTS (
            SELECT FROM giving.gift k WHERE k.organization_id = p_organization_id AND k.campaign_id = x.campaign_id
            AND k.donor_id = x.donor_id AND k.id < x.first_id AND k.currency = x.currency AND NOT k.is_test_mode))),
        CASE WHEN x.campaign_id = coalesce(p_gifts[1].campaign_id, 0) AND x.currency = p_gifts[1].currency
            THEN cardinality(p_made) ELSE 0 END
    FROM (
        SELECT coalesce(g.campaign_id, 0) AS campaign_id, g.currency, i.donor_id, count(*) AS gifts,
            sum(g.amount_minor) AS minor, count(*) FILTER (WHERE NOT g.is_test_mode) AS raised,
            coalesce(sum(g.amount_minor) FILTER (WHERE NOT g.is_test_mode), 0) AS raised_minor, min(i.gift_id) AS first_id
        FROM unnest(p_gifts) WITH ORDINALITY AS g
        JOIN unnest(p_gift_ids, p_donor_ids) WITH ORDINALITY AS i (gift_id, donor_id, n) ON i.n = g.ordinality
        GROUP BY coalesce(g.campaign_id, 0), g.currency, i.donor_id) x
    GROUP BY x.campaign_id, x.currency ORDER BY x.campaign_id, x.currency
    ON CONFLICT (organization_id, campaign_id, currency, slot) DO UPDATE
    SET gift_count = t.gift_count + excluded.gift_count, given_minor = t.given_minor + excluded.given_minor,
        raised_count = t.raised_count + excluded.raised_count, raised_minor = t.raised_minor + excluded.raised_minor,
        giver_count = t.giver_count + excluded.giver_count, donor_count = t.donor_count + excluded.donor_count;
    IF EXISTS (SELECT FROM unnest(p_gifts) g WHERE g.segment_id IS NOT NULL) THEN
        PERFORM giving_code.count_segment_gifts(p_organization_id, p_gifts, p_gift_ids, p_donor_ids, p_made);
    END IF;
END
$$;
