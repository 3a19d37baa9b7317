-- name: gifts
SELECT id, donor_id, campaign_id, campaign_name, amount_minor, currency, project_ids, project_minor, project_names,
    status, gift_on, received_at, modified_at, is_test_mode, is_anonymous, payment_type, payment_info, gateway,
    transaction_id, authorization_number, segment_code, motivation_code, notes, comment, source_system, source_key
FROM giving.gift_read
WHERE organization_id = :organization_id ORDER BY id;

-- name: splits
SELECT * FROM giving.gift_project WHERE organization_id = :organization_id ORDER BY gift_id, ordinal;

-- name: designations
SELECT id, project_id, project, project_code, external_accounting_code, project_type, project_location, amount_minor
FROM crm.gift_designation WHERE organization_id = :organization_id ORDER BY id;

-- name: totals
SELECT project_id, currency, sum(given_minor)::bigint AS minor, sum(gift_count)::bigint AS gifts
FROM crm.project_total WHERE organization_id = :organization_id GROUP BY project_id, currency ORDER BY 1, 2;

-- name: organizations
SELECT organization_id, name, currency, time_zone, culture, integration, created_at FROM platform.list_organizations();

-- name: backlog
SELECT platform.backlog('giving', 'sync') AS events WHERE (:organization_id)::bigint IS NOT NULL;

-- name: ledger
SELECT name FROM public.almoner_migration WHERE (:organization_id)::bigint IS NOT NULL ORDER BY name;
