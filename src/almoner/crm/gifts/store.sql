-- name: find_gift^
SELECT g.id, g.contact_id, c.name AS contact_name, g.contact_individual_id, g.gift_type, g.gift_on, g.amount_minor,
    g.currency, g.transaction_source, g.transaction_id, g.batch, g.segment_code, g.notes, g.is_private,
    g.is_tax_deductible, g.created_at, g.modified_at, g.origin::text AS origin
FROM crm.gift g
JOIN crm.contact c ON c.organization_id = g.organization_id AND c.id = g.contact_id
WHERE g.organization_id = :organization_id AND g.id = :id;

-- name: gift_id_by_source$
SELECT id FROM crm.gift
WHERE organization_id = :organization_id AND transaction_source = :source AND transaction_id = :transaction_id;

-- name: designations
SELECT id, project_id, project, project_code, external_accounting_code, project_type, project_location, amount_minor
FROM crm_code.gift_designation WHERE organization_id = :organization_id AND gift_id = :gift_id
ORDER BY ordinal;

-- name: list_by_contact
SELECT id, contact_id, contact_individual_id, gift_type, gift_on, amount_minor, currency, batch
FROM crm.gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: totals
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor)::bigint AS minor
FROM crm.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 ORDER BY currency;

-- name: tally_differences
-- Reads every gift.
SELECT 'crm.tally' AS figure, currency AS of, coalesce(k.figures, '{0,0}') AS kept, coalesce(e.figures, '{0,0}') AS exact
FROM (SELECT currency, ARRAY[sum(gift_count), sum(given_minor)]::bigint[] AS figures
      FROM crm.tally WHERE organization_id = :organization_id GROUP BY currency) k
FULL JOIN (SELECT currency, ARRAY[count(*), sum(amount_minor)]::bigint[] AS figures
      FROM crm.gift WHERE organization_id = :organization_id GROUP BY currency) e USING (currency)
WHERE coalesce(k.figures, '{0,0}') <> coalesce(e.figures, '{0,0}')
ORDER BY currency;
