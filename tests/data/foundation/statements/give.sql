-- name: give
SELECT ord, outcome, gift_id, donor_id, received_at, project_ids, project_minor, project_names, campaign_name, problems
FROM giving.give(:organization_id, :gifts);
