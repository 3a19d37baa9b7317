-- name: records
SELECT g.*, c.name AS contact_name, parts.designations
FROM crm.gift g
JOIN crm.contact c ON c.organization_id = :organization_id AND c.id = g.contact_id
CROSS JOIN LATERAL (
    SELECT json_agg(d ORDER BY d.ordinal)::text AS designations FROM crm_code.gift_designation d
    WHERE d.organization_id = :organization_id AND d.gift_id = g.id) parts
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: gift_id_by_source$
SELECT id FROM crm.gift
WHERE organization_id = :organization_id AND transaction_source = :source AND transaction_id = :transaction_id;

-- name: chosen_of_contact
SELECT id FROM crm.gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(gift_count), 0)::bigint FROM crm.contact_giving
WHERE organization_id = :organization_id AND contact_id = :contact_id;

-- name: totals
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor) AS minor
FROM crm.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 ORDER BY currency;

-- name: tally_differences
-- Reads every gift.
SELECT 'crm.tally' AS figure, currency AS of, coalesce(k.figures, '{0,0}') AS kept, coalesce(e.figures, '{0,0}') AS exact
FROM (SELECT currency, ARRAY[sum(gift_count), sum(given_minor)]::numeric[] AS figures
      FROM crm.tally WHERE organization_id = :organization_id GROUP BY currency) k
FULL JOIN (SELECT currency, ARRAY[count(*) FILTER (WHERE reverses_id IS NULL), sum(amount_minor)]::numeric[] AS figures
      FROM crm.gift WHERE organization_id = :organization_id GROUP BY currency) e USING (currency)
WHERE coalesce(k.figures, '{0,0}') <> coalesce(e.figures, '{0,0}')
ORDER BY currency;
