-- name: records
SELECT c.*, true AS is_whole FROM crm.campaign c WHERE c.organization_id = :organization_id AND c.id = ANY (:ids);

-- name: chosen
SELECT id FROM crm.campaign WHERE organization_id = :organization_id AND (NOT is_archived OR (:archived)::boolean)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: memberships
SELECT m.*, p.name AS project, p.project_code, p.id IS NOT NULL AS is_whole
FROM crm.campaign_project m
LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = m.project_id
WHERE m.organization_id = :organization_id AND m.id = ANY (:ids);

-- name: chosen_memberships
SELECT id FROM crm.campaign_project WHERE organization_id = :organization_id AND campaign_id = :campaign_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: overlapping^
SELECT id, from_on, until_on FROM crm.campaign_project
WHERE organization_id = :organization_id AND campaign_id = :campaign_id AND project_id = :project_id AND id <> :but
    AND (from_on IS NULL OR (:until_on)::date IS NULL OR from_on <= :until_on)
    AND (until_on IS NULL OR (:from_on)::date IS NULL OR until_on >= :from_on)
ORDER BY from_on NULLS FIRST, id LIMIT 1;

-- name: project_by_code$
SELECT id FROM crm.project WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: hold_tree!
SELECT crm_code.hold_tree(:organization_id);

-- name: follow$
SELECT crm_code.follow_campaigns(:organization_id, :most);

-- name: behind
SELECT organization_id FROM crm_code.campaigns_behind() AS organization_id;

-- name: computing
-- Campaigns whose gifts are still following, with the designations that were looked at and those that are to be.
SELECT campaign_id, sum(seen_count)::bigint AS seen, sum(designation_count)::bigint AS of
FROM crm.campaign_pending WHERE organization_id = :organization_id AND campaign_id = ANY (:ids) GROUP BY campaign_id;

-- name: progress
SELECT campaign_id, by_segment, currency, sum(given_minor) AS given_minor, sum(gift_count)::bigint AS gift_count,
    sum(giver_count)::bigint AS giver_count
FROM crm.campaign_giving
WHERE organization_id = :organization_id AND campaign_id = ANY (:ids) AND gift_on <= :day
GROUP BY campaign_id, by_segment, currency
HAVING sum(given_minor) <> 0 OR sum(gift_count) <> 0 OR sum(giver_count) <> 0
ORDER BY campaign_id, currency;

-- name: of_gift
SELECT c.id, c.name, k.by_segment, k.amount_minor, k.currency
FROM crm.campaign_part k
JOIN crm.campaign c ON c.organization_id = :organization_id AND c.id = k.campaign_id
WHERE k.organization_id = :organization_id AND k.gift_id = :gift_id ORDER BY k.by_segment, c.id;

-- name: recount!
SELECT crm_code.recount_campaigns(:organization_id);

-- name: figure_differences
-- Reads every gift and walks the tree with its history anew: by day, so that it agrees with nothing that is kept. What is said to be on its
-- way is compared when it has come.
WITH RECURSIVE edge AS (
    SELECT h.project_id, h.parent_id, h.from_on,
        coalesce(lead(h.from_on) OVER (PARTITION BY h.project_id ORDER BY h.from_on), 'infinity'::date) AS before_on
    FROM crm.project_parent h WHERE h.organization_id = :organization_id
    UNION ALL
    SELECT p.id, p.parent_id, '-infinity'::date, 'infinity'::date FROM crm.project p
    WHERE p.organization_id = :organization_id AND NOT EXISTS (SELECT FROM crm.project_parent h
        WHERE h.organization_id = :organization_id AND h.project_id = p.id)
), given AS (
    SELECT g.id AS gift_id, g.contact_id, g.currency, g.gift_on, g.amount_minor, (g.reverses_id IS NULL)::int AS gifts,
        coalesce(o.gift_on, g.gift_on) AS day, CASE WHEN o.id IS NULL THEN g.segment_id ELSE o.segment_id END AS segment_id,
        g.designation_project_ids, g.designation_minor
    FROM crm.gift g LEFT JOIN crm.gift o ON o.organization_id = :organization_id AND o.id = g.reverses_id
    WHERE g.organization_id = :organization_id
), split AS MATERIALIZED (
    SELECT g.*, s.project_id, s.minor
    FROM given g CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
), above (project_id, day, ancestor_id) AS (
    SELECT DISTINCT s.project_id, s.day, s.project_id FROM split s
    UNION
    SELECT a.project_id, a.day, e.parent_id FROM above a
    JOIN edge e ON e.project_id = a.ancestor_id AND e.from_on <= a.day AND e.before_on > a.day AND e.parent_id IS NOT NULL
), first AS (
    SELECT DISTINCT ON (g.contact_id) g.contact_id, g.gift_id FROM given g WHERE g.gifts = 1 ORDER BY g.contact_id, g.gift_on, g.gift_id
), held AS (
    SELECT DISTINCT a.project_id, a.day, m.campaign_id FROM above a
    JOIN crm.campaign_project m ON m.organization_id = :organization_id AND m.project_id = a.ancestor_id
        AND coalesce(m.from_on <= a.day, true) AND coalesce(m.until_on >= a.day, true)
), part AS (
    SELECT h.campaign_id, false AS by_segment, s.gift_on, s.currency, s.gift_id, sum(s.minor) AS minor, s.gifts,
        (f.gift_id IS NOT NULL)::int AS givers
    FROM split s
    JOIN held h ON h.project_id = s.project_id AND h.day = s.day
    LEFT JOIN first f ON f.gift_id = s.gift_id
    GROUP BY h.campaign_id, s.gift_on, s.currency, s.gift_id, s.gifts, f.gift_id
    UNION ALL
    SELECT c.campaign_id, true, g.gift_on, g.currency, g.gift_id, g.amount_minor, g.gifts, 0
    FROM given g
    JOIN crm.segment s ON s.organization_id = :organization_id AND s.id = g.segment_id
    JOIN crm.communication c ON c.organization_id = :organization_id AND c.id = s.communication_id
), exact AS (
    SELECT campaign_id, by_segment, gift_on, currency, ARRAY[sum(minor), sum(gifts), sum(givers)]::numeric[] AS figures
    FROM part GROUP BY campaign_id, by_segment, gift_on, currency
), kept AS (
    SELECT campaign_id, by_segment, gift_on, currency, ARRAY[sum(given_minor), sum(gift_count), sum(giver_count)]::numeric[] AS figures
    FROM crm.campaign_giving WHERE organization_id = :organization_id GROUP BY campaign_id, by_segment, gift_on, currency
)
SELECT 'crm.campaign_giving' AS figure,
    concat_ws(' ', 'campaign', campaign_id, CASE WHEN by_segment THEN 'by segment' END, gift_on, currency) AS of,
    coalesce(k.figures, '{0,0,0}') AS kept, coalesce(e.figures, '{0,0,0}') AS exact
FROM kept k FULL JOIN exact e USING (campaign_id, by_segment, gift_on, currency)
WHERE coalesce(k.figures, '{0,0,0}') <> coalesce(e.figures, '{0,0,0}')
    AND (by_segment OR NOT EXISTS (SELECT FROM crm.campaign_pending w
        WHERE w.organization_id = :organization_id AND w.campaign_id = coalesce(k.campaign_id, e.campaign_id)))
ORDER BY campaign_id, by_segment, gift_on, currency LIMIT 100;
