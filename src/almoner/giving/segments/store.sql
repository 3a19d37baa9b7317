-- name: records
-- What each gave in each currency: sum less what went back, gifts, donors, the gift in the middle, the greatest. All are kept
-- (giving/segments/figures.sql): steps say among which amounts the one in the middle is, and those alone are looked at.
WITH steps AS MATERIALIZED (
    SELECT x.segment_id, x.currency, x.step, sum(x.gift_count)::bigint AS gifts, sum(x.raised_minor) AS minor, sum(x.giver_count) AS givers
    FROM giving.segment_tally x
    WHERE x.organization_id = :organization_id AND x.segment_id = ANY (:ids)
    GROUP BY x.segment_id, x.currency, x.step
), sums AS (
    SELECT p.segment_id, p.currency, sum(p.minor) AS minor, max(p.in_all) AS gifts, sum(p.givers) AS givers,
        min(p.step) FILTER (WHERE p.upto >= (p.in_all + 1) / 2) AS middle, max((p.in_all + 1) / 2) AS place,
        max(p.upto - p.gifts) FILTER (WHERE p.upto - p.gifts < (p.in_all + 1) / 2) AS below,
        max(p.step) FILTER (WHERE p.gifts > 0) AS top
    FROM (SELECT s.*, (sum(s.gifts) OVER (PARTITION BY s.segment_id, s.currency ORDER BY s.step))::bigint AS upto,
            (sum(s.gifts) OVER (PARTITION BY s.segment_id, s.currency))::bigint AS in_all FROM steps s) p
    WHERE p.in_all > 0
    GROUP BY p.segment_id, p.currency
), told AS (
    SELECT s.segment_id, array_agg(s.currency ORDER BY s.currency) AS currencies,
        array_agg(ARRAY[s.minor, s.gifts, s.givers, coalesce(m.amount_minor, s.middle), coalesce(h.amount_minor, s.top)]::numeric[] ORDER BY s.currency) AS figures
    FROM sums s
    CROSS JOIN LATERAL (
        SELECT min(y.amount_minor) FILTER (WHERE y.upto >= s.place - s.below) AS amount_minor
        FROM (SELECT a.amount_minor, sum(sum(a.gift_count)) OVER (ORDER BY a.amount_minor) AS upto FROM giving.segment_amount a
            WHERE a.organization_id = :organization_id AND a.segment_id = s.segment_id AND a.currency = s.currency
                AND a.amount_minor >= s.middle AND a.amount_minor < s.middle + giving_code.step_width(s.middle)
            GROUP BY a.amount_minor) y) m
    CROSS JOIN LATERAL (
        SELECT max(y.amount_minor) AS amount_minor
        FROM (SELECT a.amount_minor FROM giving.segment_amount a
            WHERE a.organization_id = :organization_id AND a.segment_id = s.segment_id AND a.currency = s.currency
                AND a.amount_minor >= s.top AND a.amount_minor < s.top + giving_code.step_width(s.top)
            GROUP BY a.amount_minor HAVING sum(a.gift_count) > 0) y) h
    GROUP BY s.segment_id
)
SELECT s.*, c.name AS campaign_name, t.currencies, t.figures
FROM giving.segment s
JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = s.campaign_id
LEFT JOIN told t ON t.segment_id = s.id
WHERE s.organization_id = :organization_id AND s.id = ANY (:ids);

-- name: figure_differences
-- Reads every gift of a segment.
SELECT 'giving.segment_tally' AS figure, concat_ws(' ', 'segment', segment_id, currency, 'step', at_minor) AS of, kept, exact
FROM giving_code.segment_differences(:organization_id)
UNION ALL
SELECT 'giving.segment_amount', concat_ws(' ', 'segment', segment_id, currency, 'amount', at_minor), kept, exact
FROM giving_code.segment_amount_differences(:organization_id);

-- name: recount!
SELECT giving_code.recount_segments(:organization_id);

-- name: chosen
SELECT s.id FROM giving.segment s
WHERE s.organization_id = :organization_id AND ((:campaign_id)::bigint IS NULL OR s.campaign_id = :campaign_id)
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', s.id, s.name, s.code, s.external_identifier)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: campaign_of$
SELECT campaign_id FROM giving.segment WHERE organization_id = :organization_id AND id = :id;

-- name: by_code
SELECT id, campaign_id, code_key FROM giving.segment WHERE organization_id = :organization_id AND code_key = ANY (:code_keys);
