-- name: take
SELECT ord, outcome, gift_id, donor_id, received_at, project_ids, project_minor, project_names, campaign_name, problems,
    is_written, intent_id, gateway_key
FROM giving_code.take(:organization_id, :asks, :gifts, (:settle_seconds)::float8);
