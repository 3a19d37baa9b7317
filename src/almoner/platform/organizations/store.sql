-- name: new_organization_id$
SELECT platform_code.new_organization_id(:server);

-- name: create_organization$
SELECT platform_code.create_organization(:name, :currency, :time_zone, :integration, :id);

-- name: list_organizations
SELECT organization_id, name, currency, time_zone, culture, integration, created_at FROM platform_code.list_organizations();

-- name: list_homes
SELECT organization_id, server FROM platform_code.list_homes();

-- name: add_key$
INSERT INTO platform.api_key (organization_id, product, name, scopes, hash, expires_at, group_id)
VALUES (:organization_id, :product, :name, :scopes, :hash, :expires_at, :group_id)
RETURNING id;

-- name: key_by_hash^
SELECT k.id, k.product, k.name, coalesce(g.scopes, k.scopes) AS scopes
FROM platform.api_key k
LEFT JOIN platform.permission_group g ON g.organization_id = k.organization_id AND g.id = k.group_id
WHERE k.organization_id = :organization_id AND k.hash = :hash AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > :now);

-- name: list_keys
SELECT k.id, k.product, k.name, coalesce(g.scopes, k.scopes) AS scopes, k.created_at, k.revoked_at, k.expires_at, g.name AS group_name
FROM platform.api_key k
LEFT JOIN platform.permission_group g ON g.organization_id = k.organization_id AND g.id = k.group_id
WHERE k.organization_id = :organization_id ORDER BY k.id;

-- name: extend_key!
UPDATE platform.api_key SET expires_at = :expires_at
WHERE organization_id = :organization_id AND id = :id AND expires_at IS NOT NULL;

-- name: revoke_key$
UPDATE platform.api_key SET revoked_at = coalesce(revoked_at, :now)
WHERE organization_id = :organization_id AND id = :id
RETURNING id;

-- name: has_groups$
SELECT EXISTS (SELECT FROM platform.permission_group WHERE organization_id = :organization_id);

-- name: plant_group$
INSERT INTO platform.permission_group (organization_id, name, name_key, scopes, created_at, modified_at)
VALUES (:organization_id, :name, :name_key, :scopes, :now, :now)
ON CONFLICT (organization_id, name_key) DO NOTHING
RETURNING id;

-- name: list_groups
SELECT g.id, g.name, g.scopes, (
    SELECT count(*) FROM platform.api_key k
    WHERE k.organization_id = :organization_id AND k.group_id = g.id AND k.revoked_at IS NULL
) AS keys
FROM platform.permission_group g WHERE g.organization_id = :organization_id ORDER BY g.id;

-- name: scopes_of$
SELECT scopes FROM platform.permission_group WHERE organization_id = :organization_id AND id = :id;

-- name: change_group!
UPDATE platform.permission_group SET scopes = :scopes, modified_at = :now
WHERE organization_id = :organization_id AND id = :id;

-- name: let_revoked_leave!
UPDATE platform.api_key SET group_id = NULL
WHERE organization_id = :organization_id AND group_id = :id AND revoked_at IS NOT NULL;

-- name: remove_group!
DELETE FROM platform.permission_group WHERE organization_id = :organization_id AND id = :id;

-- name: note_group!
INSERT INTO platform.permission_change (organization_id, happened_at, by_whom, name, scopes)
VALUES (:organization_id, :now, :by, :name, :scopes);
