-- name: take
SELECT ord, outcome, gift_id, donor_id, received_at, project_ids, project_minor, project_names, campaign_name, problems,
    is_written, intent_id, gateway_key
FROM giving_code.take(:organization_id, :asks, :gifts, (:settle_seconds)::float8);

-- name: problems$
-- What a gift names that is not there, or takes no gifts.
SELECT c.problems::text FROM giving_code.check_gifts(:organization_id,
    ARRAY[jsonb_populate_record(NULL::giving_code.asked_gift, :gift)]) c;
