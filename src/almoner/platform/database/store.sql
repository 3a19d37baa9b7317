-- name: home_name$
SELECT server FROM platform.directory WHERE organization_id = :organization_id;
