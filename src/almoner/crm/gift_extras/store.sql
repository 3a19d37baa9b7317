-- name: known_premiums
SELECT id, name, is_active FROM crm.premium WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: enter_tributes!
-- What is not said is as the tribute has it.
INSERT INTO crm.gift_tribute AS k (organization_id, gift_id, tribute_id, tribute_type, description, acknowledgee_individual_id)
SELECT :organization_id, x.gift_id, x.tribute_id, coalesce(x.tribute_type, t.tribute_type), x.description,
    coalesce(x.acknowledgee_id, t.default_acknowledgee_individual_id)
FROM jsonb_to_recordset((:extras)::jsonb)
    AS x (gift_id bigint, tribute_id bigint, tribute_type text, description text, acknowledgee_id bigint, has_tribute boolean)
LEFT JOIN crm.tribute t ON t.organization_id = :organization_id AND t.id = x.tribute_id
WHERE x.has_tribute
ON CONFLICT (organization_id, gift_id) DO UPDATE SET tribute_id = excluded.tribute_id, tribute_type = excluded.tribute_type,
    description = excluded.description, acknowledgee_individual_id = excluded.acknowledgee_individual_id;

-- name: enter_premiums!
-- At what they are worth now. One that the gift has already keeps what it was worth.
INSERT INTO crm.gift_premium AS k (organization_id, gift_id, premium_id, quantity, currency, fair_market_value_minor)
SELECT :organization_id, x.gift_id, p.id, m.quantity, p.currency, p.fair_market_value_minor
FROM jsonb_to_recordset((:extras)::jsonb) AS x (gift_id bigint, premiums jsonb)
CROSS JOIN LATERAL jsonb_to_recordset(x.premiums) AS m (premium_id bigint, quantity int)
JOIN crm.premium p ON p.organization_id = :organization_id AND p.id = m.premium_id
ORDER BY x.gift_id, p.id
ON CONFLICT (organization_id, gift_id, premium_id) DO UPDATE SET quantity = excluded.quantity WHERE k.quantity <> excluded.quantity;

-- name: hold_premiums!
-- Premiums that gifts have or are to have, in the order in which all who move stock lock them.
SELECT p.id FROM crm.premium p
WHERE p.organization_id = :organization_id AND (p.id = ANY ((:ids)::bigint[]) OR p.id IN (
    SELECT k.premium_id FROM crm.gift_premium k WHERE k.organization_id = :organization_id AND k.gift_id = :gift_id))
ORDER BY p.id FOR NO KEY UPDATE;

-- name: drop_tribute!
DELETE FROM crm.gift_tribute WHERE organization_id = :organization_id AND gift_id = :gift_id;

-- name: drop_premiums!
DELETE FROM crm.gift_premium
WHERE organization_id = :organization_id AND gift_id = :gift_id AND premium_id <> ALL ((:but)::bigint[]);

-- name: let_come_back!
-- Of a gift of which nothing is left, they are back at once.
SELECT crm.premiums_come_back(:organization_id, ARRAY[(:gift_id)::bigint]);

-- name: premiums_of
SELECT premium_id FROM crm.gift_premium WHERE organization_id = :organization_id AND gift_id = :gift_id;

-- name: deductible_parts
-- Each gift by itself. Parts of projects that are deductible now, if the gift is; without what was given in return and did not come back.
SELECT g.id AS gift_id, g.currency::text AS currency, g.amount_minor, parts.minor AS deductible_minor,
    coalesce(worth.minor, 0)::bigint AS worth_minor, coalesce(worth.is_of_gift, true) AS is_worth_known
FROM crm.gift g
CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.minor) FILTER (WHERE p.is_tax_deductible AND g.is_tax_deductible), 0)::bigint AS minor
    FROM unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.project_id) parts
CROSS JOIN LATERAL (
    SELECT sum(k.quantity * k.fair_market_value_minor) AS minor, bool_and(k.currency = g.currency::text) AS is_of_gift
    FROM crm.gift_premium k
    WHERE k.organization_id = :organization_id AND k.gift_id = g.id AND NOT k.is_returned AND k.fair_market_value_minor > 0) worth
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);
