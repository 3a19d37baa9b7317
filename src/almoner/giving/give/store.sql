-- name: take
SELECT ord, outcome, gift_id, donor_id, received_at, project_ids, project_minor, project_names, campaign_name, problems,
    is_written, intent_id, gateway_key, segment
FROM giving_code.take(:organization_id, :asks, :gifts, (:settle_seconds)::float8);

-- name: problems$
-- What a gift names that is not there, or takes no gifts.
SELECT c.problems::text FROM giving_code.check_gifts(:organization_id,
    ARRAY[jsonb_populate_record(NULL::giving_code.asked_gift, :gift)]) c;

-- name: segment^
SELECT s.id, s.campaign_id, s.code, s.code_key FROM giving.segment s
WHERE s.organization_id = :organization_id AND s.id = coalesce((:id)::bigint, (SELECT k.id FROM giving.segment k
    WHERE k.organization_id = :organization_id AND k.code_key = :code_key));

-- name: premium^
SELECT p.id, p.name, p.currency, p.fair_value_minor, p.is_active, coalesce(p.inventory_count > 0, true) AS is_there
FROM giving.premium p WHERE p.organization_id = :organization_id AND p.id = :id;

-- name: near_codes
-- Of each misspelt code, by its place, those that it may mean of the projects that a form may offer: active, not of processing costs, and not closed.
WITH c AS (SELECT ARRAY(SELECT p.code FROM giving.project p
    WHERE p.organization_id = :organization_id AND p.is_active AND NOT p.is_for_costs AND p.code_key <> ALL ((:closed)::text[])
    ORDER BY p.code_key LIMIT 1000) AS codes)
SELECT platform_code.nearest(t.code, c.codes) AS near FROM unnest((:codes)::text[]) WITH ORDINALITY AS t (code, n) CROSS JOIN c ORDER BY t.n;
