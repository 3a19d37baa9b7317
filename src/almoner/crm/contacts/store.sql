-- name: find_contact^
SELECT id, contact_type, name, informal_name, description, website, is_private, merged_into_id, created_at, modified_at
FROM crm.contact WHERE organization_id = :organization_id AND id = :id;

-- name: individuals
SELECT id, contact_id, prefix, first_name, middle_name, last_name, suffix, is_primary, created_at, modified_at
FROM crm.contact_individual WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY is_primary DESC, id;

-- name: methods
SELECT id, contact_individual_id, type, value, is_opted_in, is_primary
FROM crm.contact_method WHERE organization_id = :organization_id AND contact_individual_id = ANY (:individual_ids)
ORDER BY is_primary DESC, id;

-- name: primary_address^
SELECT id, label, address1, address2, city, state, postal, country, is_primary
FROM crm.contact_address WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY is_primary DESC, id LIMIT 1;

-- name: references
SELECT source, reference_id FROM crm.contact_reference
WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY source, reference_id;

-- name: giving^
SELECT (:currency)::text AS currency, t.life_minor, t.year_minor, l.amount_minor AS last_minor,
    l.currency::text AS last_currency, l.gift_on AS last_on
FROM (
    SELECT coalesce(sum(amount_minor), 0)::bigint AS life_minor,
        coalesce(sum(amount_minor) FILTER (WHERE gift_on >= (:from_day)::date AND gift_on < (:before_day)::date), 0)::bigint
            AS year_minor
    FROM crm.gift
    WHERE organization_id = :organization_id AND contact_id = :contact_id AND currency = (:currency)::text) t
LEFT JOIN LATERAL (
    SELECT amount_minor, currency, gift_on FROM crm.gift
    WHERE organization_id = :organization_id AND contact_id = :contact_id
    ORDER BY gift_on DESC, id DESC LIMIT 1) l ON true;

-- name: id_by_reference$
SELECT contact_id FROM crm.contact_reference
WHERE organization_id = :organization_id AND source = :source AND reference_id = :reference_id;

-- name: id_by_email$
-- Several contacts may share an address: one that is in use goes before an archived one, then the oldest.
SELECT c.id
FROM crm.contact_method m
JOIN crm.contact_individual i ON i.organization_id = m.organization_id AND i.id = m.contact_individual_id
JOIN crm.contact c ON c.organization_id = i.organization_id AND c.id = i.contact_id
WHERE m.organization_id = :organization_id AND m.value_key = :email_key AND m.type LIKE '%Email'
ORDER BY c.is_archived, c.id LIMIT 1;

-- name: giving_differences
-- Reads every gift.
SELECT 'crm.contact_giving' AS figure, concat_ws(' ', 'contact', contact_id, currency, year) AS of,
    coalesce(k.figures, '{0,0}') AS kept, coalesce(e.figures, '{0,0}') AS exact
FROM (SELECT contact_id, currency, year, ARRAY[gift_count, given_minor] AS figures
      FROM crm.contact_giving WHERE organization_id = :organization_id) k
FULL JOIN (
    SELECT contact_id, currency, extract(year FROM gift_on)::smallint AS year,
        ARRAY[count(*), sum(amount_minor)]::bigint[] AS figures
    FROM crm.gift WHERE organization_id = :organization_id GROUP BY contact_id, currency, extract(year FROM gift_on)
) e USING (contact_id, currency, year)
WHERE coalesce(k.figures, '{0,0}') <> coalesce(e.figures, '{0,0}')
ORDER BY contact_id, currency, year;
