-- name: records
SELECT c.*, c.merged_into_id AS merged_into_contact_id, people.individuals, place.address, keys.contact_references,
    given.currencies, given.figures, last.amount_minor AS last_minor, last.currency::text AS last_currency,
    last.gift_on AS last_on
FROM crm.contact c
LEFT JOIN LATERAL (
    SELECT json_agg(i ORDER BY i.is_primary DESC, i.id)::text AS individuals
    FROM (
        SELECT x.*, (
            SELECT coalesce(json_agg(m ORDER BY m.is_primary DESC, m.id), '[]') FROM crm.contact_method m
            WHERE m.organization_id = :organization_id AND m.contact_individual_id = x.id) AS methods
        FROM crm.contact_individual x WHERE x.organization_id = :organization_id AND x.contact_id = c.id) i) people ON true
LEFT JOIN LATERAL (
    SELECT json_build_array(a)::text AS address FROM crm.contact_address a
    WHERE a.organization_id = :organization_id AND a.contact_id = c.id
    ORDER BY a.is_primary DESC, a.id LIMIT 1) place ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('source', k.source, 'id', k.reference_id) ORDER BY k.source, k.reference_id)::text
        AS contact_references
    FROM crm.contact_reference k WHERE k.organization_id = :organization_id AND k.contact_id = c.id
        AND k.forgotten_version IS NULL) keys ON true
LEFT JOIN LATERAL (
    -- In each currency: what was given in all, and in the year.
    SELECT array_agg(x.currency ORDER BY x.currency) AS currencies, array_agg(x.figures ORDER BY x.currency) AS figures
    FROM (
        SELECT t.currency, ARRAY[sum(t.given_minor),
            coalesce(sum(t.given_minor) FILTER (WHERE t.year = :year), 0)]::numeric[] AS figures
        FROM crm.contact_giving t
        WHERE t.organization_id = :organization_id AND t.contact_id = c.id
        GROUP BY t.currency HAVING sum(t.given_minor) <> 0 OR sum(t.gift_count) <> 0) x) given ON true
LEFT JOIN LATERAL (
    SELECT g.amount_minor, g.currency, g.gift_on FROM crm.gift g
    WHERE g.organization_id = :organization_id AND g.contact_id = c.id AND g.reverses_id IS NULL
    ORDER BY g.gift_on DESC, g.id DESC LIMIT 1) last ON true
WHERE c.organization_id = :organization_id AND c.id = ANY (:ids);

-- name: id_by_reference$
-- As it is written, or else in another case: of the few systems that contacts come from, one after the other by the index of the key.
WITH RECURSIVE system AS (
    (SELECT k.source AS name FROM crm_code.queried_reference k
    WHERE k.organization_id = :organization_id ORDER BY k.source LIMIT 1)
    UNION ALL
    SELECT (SELECT k.source FROM crm_code.queried_reference k
        WHERE k.organization_id = :organization_id AND k.source > s.name ORDER BY k.source LIMIT 1)
    FROM system s WHERE s.name IS NOT NULL
)
SELECT coalesce(
    (SELECT contact_id FROM crm.contact_reference
    WHERE organization_id = :organization_id AND source = :source AND reference_id = :reference_id AND forgotten_version IS NULL),
    (SELECT k.contact_id FROM system s
    JOIN crm_code.queried_reference k ON k.organization_id = :organization_id AND k.source = s.name
        AND k.reference_id = :reference_id AND k.forgotten_version IS NULL
    WHERE lower(s.name) = lower(:source) ORDER BY k.contact_id LIMIT 1));

-- name: forget_reference!
-- One that is being written at the same moment is met by its key: this waits for it, or it for this. A contact that is not there is
-- meant by nobody.
INSERT INTO crm.contact_reference AS k (organization_id, source, reference_id, contact_id, version, forgotten_version)
SELECT c.organization_id, :source, :reference_id, c.id, :version, :version FROM crm.contact c
WHERE c.organization_id = :organization_id AND c.id = coalesce((SELECT o.contact_id FROM crm.contact_reference o
    WHERE o.organization_id = :organization_id AND o.source = :source AND o.reference_id = :reference_id), :contact_id)
ON CONFLICT (organization_id, source, reference_id) DO UPDATE
SET forgotten_version = greatest(k.version, excluded.forgotten_version);

-- name: meant
-- Which contacts a system means by these keys; one that is forgotten means nobody.
SELECT reference_id, contact_id FROM crm.contact_reference
WHERE organization_id = :organization_id AND source = :source AND reference_id = ANY (:ids) AND forgotten_version IS NULL;

-- name: identities
-- By what contacts are known; each is found by its key.
SELECT c.id, c.name,
    ARRAY(SELECT i.last_name FROM crm.contact_individual i
        WHERE i.organization_id = :organization_id AND i.contact_id = c.id AND i.last_name IS NOT NULL) AS last_names,
    ARRAY(SELECT m.value FROM crm.contact_individual i
        JOIN crm.contact_method m ON m.organization_id = i.organization_id AND m.contact_individual_id = i.id
        WHERE i.organization_id = :organization_id AND i.contact_id = c.id AND m.type LIKE '%Email') AS emails
FROM crm.contact c
WHERE c.organization_id = :organization_id AND c.id = ANY (:ids);

-- name: id_by_email$
-- Several contacts may share an address: one that is in use goes before an archived one, then the oldest.
SELECT c.id
FROM crm.contact_method m
JOIN crm.contact_individual i ON i.organization_id = m.organization_id AND i.id = m.contact_individual_id
JOIN crm.contact c ON c.organization_id = i.organization_id AND c.id = i.contact_id
WHERE m.organization_id = :organization_id AND m.value_key = :email_key AND m.type LIKE '%Email'
ORDER BY c.is_archived, c.id LIMIT 1;

-- name: with_email
SELECT DISTINCT c.is_archived, c.id, c.name
FROM crm.contact_method m
JOIN crm.contact_individual i ON i.organization_id = m.organization_id AND i.id = m.contact_individual_id
JOIN crm.contact c ON c.organization_id = i.organization_id AND c.id = i.contact_id
WHERE m.organization_id = :organization_id AND m.value_key = :email_key AND m.type LIKE '%Email' AND c.merged_into_id IS NULL
ORDER BY c.is_archived, c.id LIMIT :most;

-- name: giving_differences
-- Reads every gift.
SELECT 'crm.contact_giving' AS figure, concat_ws(' ', 'contact', contact_id, currency, year) AS of,
    coalesce(k.figures, '{0,0}') AS kept, coalesce(e.figures, '{0,0}') AS exact
FROM (SELECT contact_id, currency, year, ARRAY[gift_count, given_minor]::numeric[] AS figures
      FROM crm.contact_giving WHERE organization_id = :organization_id) k
FULL JOIN (
    SELECT contact_id, currency, extract(year FROM gift_on)::smallint AS year,
        ARRAY[count(*) FILTER (WHERE reverses_id IS NULL), sum(amount_minor)]::numeric[] AS figures
    FROM crm.gift WHERE organization_id = :organization_id GROUP BY contact_id, currency, extract(year FROM gift_on)
) e USING (contact_id, currency, year)
WHERE coalesce(k.figures, '{0,0}') <> coalesce(e.figures, '{0,0}')
ORDER BY contact_id, currency, year;

-- name: in_use_with_emails
-- Of each address the contacts in use that have it, each once, with the names that they and their people who have it are known by. Who has it with a contact
-- that was merged is the one which that went into.
SELECT m.value_key, s.id, array_remove(array_agg(DISTINCT n.name), NULL) AS names
FROM crm.contact_method m
JOIN crm.contact_individual i ON i.organization_id = m.organization_id AND i.id = m.contact_individual_id
JOIN crm.contact c ON c.organization_id = i.organization_id AND c.id = i.contact_id
CROSS JOIN LATERAL (SELECT CASE WHEN c.merged_into_id IS NULL THEN c.id
    ELSE crm_code.survivor(m.organization_id, c.id) END AS id OFFSET 0) w
JOIN crm.contact s ON s.organization_id = m.organization_id AND s.id = w.id
CROSS JOIN LATERAL (VALUES (c.name), (s.name), (concat_ws(' ', i.first_name, i.last_name)), (i.last_name)) AS n (name)
WHERE m.organization_id = :organization_id AND m.value_key = ANY (:keys) AND m.type LIKE '%Email' AND NOT s.is_archived
GROUP BY m.value_key, s.id
ORDER BY m.value_key, s.id;
