-- name: records
SELECT * FROM crm.tribute WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: searched
-- The tributes that hold each word somewhere and are so, the first by name.
SELECT id FROM crm.tribute t
WHERE t.organization_id = :organization_id
    AND ((:tribute_type)::text IS NULL OR t.tribute_type = (:tribute_type)::text)
    AND ((:city)::text IS NULL OR starts_with(lower(t.city), (:city)::text))
    AND ((:state)::text IS NULL OR lower(t.state) = (:state)::text)
    AND NOT EXISTS (SELECT FROM unnest((:words)::text[]) AS w (word)
        WHERE strpos(lower(concat_ws(' ', t.first_name, t.last_name)), w.word) = 0)
ORDER BY t.last_name, t.first_name, t.id
OFFSET :skip LIMIT :take;

-- name: name_of^
SELECT first_name, last_name FROM crm.contact_individual WHERE organization_id = :organization_id AND id = :id;
