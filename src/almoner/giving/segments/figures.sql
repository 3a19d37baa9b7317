-- needs: giving/give/checks
--
-- Kept figures of segments: gifts other than in test mode, their sum less what went back, their donors, and how many there are of each
-- amount. Always equal to a count over the gifts (`segment_differences`).

-- What moves: so many gifts of this amount, what they come to, and how many donors gave to the segment for the first time, or do no more.
CREATE TYPE giving_code.segment_move AS (segment_id bigint, currency text, amount_minor bigint, gifts bigint, minor numeric, givers bigint);

-- How wide the step of an amount is: 1 below 100, then a tenth of its second digit's place.
CREATE FUNCTION giving_code.step_width(p_minor bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (10::numeric ^ greatest(length(p_minor::text) - 2, 0))::bigint
$$;

-- The step of an amount: with all but its first two digits 0.
CREATE FUNCTION giving_code.step_of(p_minor bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT p_minor - p_minor % giving_code.step_width(p_minor)
$$;

-- Move the figures of segments, in one order for everybody.
CREATE FUNCTION giving_code.move_segments(p_organization_id bigint, p_moves giving_code.segment_move[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    INSERT INTO giving.segment_tally AS t (organization_id, segment_id, currency, step, slot, gift_count, raised_minor, giver_count)
    SELECT p_organization_id, m.segment_id, m.currency, m.step, (pg_backend_pid() & 15)::smallint,
        sum(m.gifts), sum(m.minor), sum(m.givers)
    FROM (SELECT giving_code.step_of(u.amount_minor) AS step, u.* FROM unnest(p_moves) u WHERE u.segment_id IS NOT NULL) m
    GROUP BY m.segment_id, m.currency, m.step
    HAVING sum(m.gifts) <> 0 OR sum(m.minor) <> 0 OR sum(m.givers) <> 0
    ORDER BY m.segment_id, m.currency, m.step
    ON CONFLICT (organization_id, segment_id, currency, step, slot) DO UPDATE SET gift_count = t.gift_count + excluded.gift_count,
        raised_minor = t.raised_minor + excluded.raised_minor, giver_count = t.giver_count + excluded.giver_count;
    INSERT INTO giving.segment_amount AS a (organization_id, segment_id, currency, amount_minor, slot, gift_count)
    SELECT p_organization_id, m.segment_id, m.currency, m.amount_minor, (pg_backend_pid() & 15)::smallint, sum(m.gifts)
    FROM unnest(p_moves) m WHERE m.segment_id IS NOT NULL
    GROUP BY m.segment_id, m.currency, m.amount_minor HAVING sum(m.gifts) <> 0
    ORDER BY m.segment_id, m.currency, m.amount_minor
    ON CONFLICT (organization_id, segment_id, currency, amount_minor, slot) DO UPDATE SET gift_count = a.gift_count + excluded.gift_count;
END
$$;

-- By gifts that were just written, whose donors are locked; who was made by the same call gave to no segment before.
CREATE FUNCTION giving_code.count_segment_gifts(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_gift_ids bigint[], p_donor_ids bigint[], p_made bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM giving_code.move_segments(p_organization_id, ARRAY(
        SELECT (x.segment_id, x.currency, x.amount_minor, 1, x.amount_minor, CASE WHEN x.n = 1 AND (x.donor_id = ANY (p_made)
            OR NOT EXISTS (SELECT FROM giving.gift k WHERE k.organization_id = p_organization_id AND k.segment_id = x.segment_id
                AND k.donor_id = x.donor_id AND k.id < x.gift_id AND k.currency = x.currency AND NOT k.is_test_mode))
            THEN 1 ELSE 0 END)::giving_code.segment_move
        FROM (SELECT g.segment_id, g.currency, g.amount_minor, i.donor_id, i.gift_id,
                row_number() OVER (PARTITION BY g.segment_id, g.currency, i.donor_id ORDER BY i.gift_id) AS n
            FROM unnest(p_gifts) WITH ORDINALITY AS g
            JOIN unnest(p_gift_ids, p_donor_ids) WITH ORDINALITY AS i (gift_id, donor_id, n) ON i.n = g.ordinality
            WHERE g.segment_id IS NOT NULL AND NOT g.is_test_mode) x));
END
$$;

-- By a gift that was corrected and whose donor is locked: it leaves what it was for what it is.
CREATE FUNCTION giving_code.correct_segments(p_organization_id bigint, p_was giving.gift, p_is giving.gift) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF p_was.is_test_mode OR (p_was.segment_id, p_was.amount_minor) IS NOT DISTINCT FROM (p_is.segment_id, p_is.amount_minor) THEN
        RETURN;
    END IF;
    PERFORM giving_code.move_segments(p_organization_id, ARRAY(
        SELECT (x.segment_id, p_was.currency, x.amount_minor, x.sign, x.sign * (x.amount_minor - (p_was.reversed_minor - p_was.reserved_minor)),
            CASE WHEN EXISTS (SELECT FROM giving.gift k WHERE k.organization_id = p_organization_id AND k.segment_id = x.segment_id
                AND k.donor_id = p_was.donor_id AND k.id <> p_was.id AND k.currency = p_was.currency AND NOT k.is_test_mode)
            THEN 0 ELSE x.sign END)::giving_code.segment_move
        FROM (VALUES (p_was.segment_id, p_was.amount_minor, -1), (p_is.segment_id, p_is.amount_minor, 1)) AS x (segment_id, amount_minor, sign)));
END
$$;

-- How many of these donors gave, other than in test mode, to each of these segments in that currency.
CREATE FUNCTION giving_code.segment_givers_among(p_organization_id bigint, p_donor_ids bigint[], p_segments bigint[], p_currencies text[])
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT (SELECT count(*) FROM unnest(p_donor_ids) AS d (id) WHERE EXISTS (SELECT FROM giving.gift g
            WHERE g.organization_id = p_organization_id AND g.segment_id = s.id AND g.donor_id = d.id AND g.currency = s.currency
                AND NOT g.is_test_mode))
        FROM unnest(p_segments, p_currencies) WITH ORDINALITY AS s (id, currency, n) ORDER BY s.n);
END
$$;

-- What is kept of a segment and what its gifts add up to, where the two differ.
CREATE TYPE giving_code.segment_difference AS (segment_id bigint, currency text, at_minor bigint, kept numeric[], exact numeric[]);

-- By steps of amounts: gifts, sum and (at step 0) donors.
CREATE FUNCTION giving_code.segment_differences(p_organization_id bigint)
RETURNS SETOF giving_code.segment_difference LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH gifts AS (
        SELECT g.segment_id, g.currency::text AS currency, giving_code.step_of(g.amount_minor) AS step, g.donor_id,
            g.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM giving.reversal r WHERE g.reversed_minor > 0
                AND r.organization_id = p_organization_id AND r.gift_id = g.id AND r.state = ANY (giving_code.gone_states())), 0) AS minor
        FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.segment_id IS NOT NULL AND NOT g.is_test_mode
    ), parts AS (
        SELECT t.segment_id, t.currency, x.step, sum(x.gifts) AS kept_gifts, sum(x.minor) AS kept_minor, sum(x.givers) AS kept_givers,
            0 AS gifts, 0::numeric AS minor, 0 AS givers
        FROM giving.segment_tally t
        CROSS JOIN LATERAL (VALUES (t.step, t.gift_count, t.raised_minor, 0), (0, 0, 0, t.giver_count)) AS x (step, gifts, minor, givers)
        WHERE t.organization_id = p_organization_id GROUP BY t.segment_id, t.currency, x.step
        UNION ALL SELECT g.segment_id, g.currency, g.step, 0, 0, 0, count(*), sum(g.minor), 0 FROM gifts g GROUP BY g.segment_id, g.currency, g.step
        UNION ALL SELECT g.segment_id, g.currency, 0, 0, 0, 0, 0, 0, count(DISTINCT g.donor_id) FROM gifts g GROUP BY g.segment_id, g.currency
    ), both_ AS (
        SELECT p.segment_id, p.currency, p.step, ARRAY[sum(p.kept_gifts), sum(p.kept_minor), sum(p.kept_givers)]::numeric[] AS kept,
            ARRAY[sum(p.gifts), sum(p.minor), sum(p.givers)]::numeric[] AS exact
        FROM parts p GROUP BY p.segment_id, p.currency, p.step
    )
    SELECT b.* FROM both_ b WHERE b.kept <> b.exact;
END
$$;

-- By amounts: gifts.
CREATE FUNCTION giving_code.segment_amount_differences(p_organization_id bigint)
RETURNS SETOF giving_code.segment_difference LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT p.segment_id, p.currency, p.amount_minor, ARRAY[sum(p.kept)]::numeric[], ARRAY[sum(p.exact)]::numeric[] FROM (
        SELECT a.segment_id, a.currency, a.amount_minor, a.gift_count AS kept, 0 AS exact
        FROM giving.segment_amount a WHERE a.organization_id = p_organization_id
        UNION ALL SELECT g.segment_id, g.currency::text, g.amount_minor, 0, count(*)
        FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.segment_id IS NOT NULL AND NOT g.is_test_mode
        GROUP BY g.segment_id, g.currency, g.amount_minor) p
    GROUP BY p.segment_id, p.currency, p.amount_minor HAVING sum(p.kept) <> sum(p.exact);
END
$$;

-- Make what is kept right: the difference is added, which is one and the same however many gifts are written meanwhile. Two do not work at once.
CREATE FUNCTION giving_code.recount_segments(p_organization_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_steps giving_code.segment_difference[];
    v_amounts giving_code.segment_difference[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM pg_advisory_xact_lock(hashtextextended('giving.segment_tally', p_organization_id));
    SELECT array_agg(d) INTO v_steps FROM giving_code.segment_differences(p_organization_id) d;
    SELECT array_agg(d) INTO v_amounts FROM giving_code.segment_amount_differences(p_organization_id) d;
    INSERT INTO giving.segment_tally AS t (organization_id, segment_id, currency, step, slot, gift_count, raised_minor, giver_count)
    SELECT p_organization_id, d.segment_id, d.currency, d.at_minor, (pg_backend_pid() & 15)::smallint, d.exact[1] - d.kept[1],
        d.exact[2] - d.kept[2], d.exact[3] - d.kept[3]
    FROM unnest(v_steps) d ORDER BY d.segment_id, d.currency, d.at_minor
    ON CONFLICT (organization_id, segment_id, currency, step, slot) DO UPDATE SET gift_count = t.gift_count + excluded.gift_count,
        raised_minor = t.raised_minor + excluded.raised_minor, giver_count = t.giver_count + excluded.giver_count;
    INSERT INTO giving.segment_amount AS a (organization_id, segment_id, currency, amount_minor, slot, gift_count)
    SELECT p_organization_id, d.segment_id, d.currency, d.at_minor, (pg_backend_pid() & 15)::smallint, d.exact[1] - d.kept[1]
    FROM unnest(v_amounts) d ORDER BY d.segment_id, d.currency, d.at_minor
    ON CONFLICT (organization_id, segment_id, currency, amount_minor, slot) DO UPDATE SET gift_count = a.gift_count + excluded.gift_count;
END
$$;
