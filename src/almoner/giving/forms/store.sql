-- name: records
SELECT f.*, c.name AS campaign_name, s.name AS segment_name, s.code AS segment_code, o.offered, d.split
FROM giving.form f
JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = f.campaign_id
LEFT JOIN giving.segment s ON s.organization_id = :organization_id AND s.id = f.segment_id
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('project_id', p.id, 'name', p.name, 'code', p.code, 'is_active', p.is_active) ORDER BY i.n)::text AS offered
    FROM unnest(f.offered_project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project p ON p.organization_id = :organization_id AND p.id = i.id) o
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('project_id', p.id, 'name', p.name, 'weight', i.weight) ORDER BY i.n)::text AS split
    FROM unnest(f.split_project_ids, f.split_weights) WITH ORDINALITY AS i (id, weight, n)
    JOIN giving.project p ON p.organization_id = :organization_id AND p.id = i.id) d
WHERE f.organization_id = :organization_id AND f.id = ANY (:ids);

-- name: chosen
SELECT f.id FROM giving.form f
WHERE f.organization_id = :organization_id AND ((:campaign_id)::bigint IS NULL OR f.campaign_id = :campaign_id)
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', f.id, f.name)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: facts^
SELECT f.id, f.is_active, f.campaign_id, f.segment_id, f.premium_id, f.currency, f.motivation_code, f.covers_costs,
    f.split_project_ids, f.split_weights,
    (SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'code', p.code, 'code_key', p.code_key, 'is_open',
        p.is_active AND p.code_key <> ALL ((:closed)::text[])) ORDER BY i.n)::text
     FROM unnest(f.offered_project_ids) WITH ORDINALITY AS i (id, n)
     JOIN giving.project p ON p.organization_id = :organization_id AND p.id = i.id) AS offered
FROM giving.form f WHERE f.organization_id = :organization_id AND f.id = :id;

-- name: misnamed
-- What a form may not name: projects that are not there or are the one of processing costs, and a segment of another campaign.
SELECT x.id, x.what FROM (
    SELECT i.id, 'project' AS what FROM unnest((:project_ids)::bigint[]) AS i (id)
    LEFT JOIN giving.project p ON p.organization_id = :organization_id AND p.id = i.id
    WHERE p.id IS NULL OR p.is_for_costs
    UNION ALL
    SELECT s.id, 'segment' FROM giving.segment s
    WHERE s.organization_id = :organization_id AND s.id = :segment_id AND s.campaign_id <> :campaign_id) x;
