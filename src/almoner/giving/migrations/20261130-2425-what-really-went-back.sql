-- What went back of each part of a gift is asked in two ways: with what is only asked for, which the gift keeps, and without it, which is
-- what receipts tell. And of a gift whose giver got something that is worth an amount of another currency nobody knows what is deductible.
--
-- Programs before this one must not start on it: they cannot read such a receipt.
--
-- squawk-ignore-file ban-drop-not-null
-- Nobody knows that sum of such a receipt, which is what null says.

ALTER TABLE giving.receipt ALTER COLUMN deductible_minor DROP NOT NULL;

-- Of each part of a split how much its gift's reversals in p_states take back; NULL when they take nothing. The last part for a project has
-- all that the others of that project cannot bear, and what is taken of a project that has no part is nowhere.
CREATE FUNCTION giving.parts_back(
    p_organization_id bigint, p_gift_id bigint, p_project_ids bigint[], p_project_minor bigint[], p_states text[]
) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    WITH taken AS (
        SELECT s.project_id, sum(s.minor)::bigint AS minor FROM giving.reversal r
        CROSS JOIN LATERAL unnest(r.project_ids, r.project_minor) AS s (project_id, minor)
        WHERE r.organization_id = p_organization_id AND r.gift_id = p_gift_id AND r.state = ANY (p_states)
        GROUP BY s.project_id)
    SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN array_agg(CASE WHEN t.minor IS NULL THEN 0
        WHEN p.is_last THEN greatest(0, t.minor - p.before) ELSE least(p.minor, greatest(0, t.minor - p.before)) END ORDER BY p.n) END
    FROM (SELECT x.project_id, x.minor, x.n,
            coalesce(sum(x.minor) OVER (PARTITION BY x.project_id ORDER BY x.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
                AS before,
            lead(x.n) OVER (PARTITION BY x.project_id ORDER BY x.n) IS NULL AS is_last
        FROM unnest(p_project_ids, p_project_minor) WITH ORDINALITY AS x (project_id, minor, n)) p
    LEFT JOIN taken t ON t.project_id = p.project_id
$$;

-- What the gift keeps: with what is asked of a gateway, so that two cannot take the same money. The CHECK of the gift refuses the rest.
CREATE OR REPLACE FUNCTION giving.reversed_parts(p_organization_id bigint, p_gift_id bigint, p_project_ids bigint[], p_project_minor bigint[])
RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT giving.parts_back(p_organization_id, p_gift_id, p_project_ids, p_project_minor, '{asked,done,open,lost}')
$$;
