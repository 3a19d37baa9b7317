-- name: new_organization_id$
SELECT platform_code.new_organization_id(:server);

-- name: create_organization$
SELECT platform_code.create_organization(:name, :currency, :time_zone, :integration, :id);

-- name: list_organizations
SELECT organization_id, name, currency, time_zone, culture, integration, created_at FROM platform_code.list_organizations();

-- name: list_homes
SELECT organization_id, server FROM platform_code.list_homes();

-- name: add_key$
INSERT INTO platform.api_key (organization_id, product, name, scopes, hash, expires_at)
VALUES (:organization_id, :product, :name, :scopes, :hash, :expires_at)
RETURNING id;

-- name: key_by_hash^
SELECT id, product, scopes FROM platform.api_key
WHERE organization_id = :organization_id AND hash = :hash AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > :now);

-- name: list_keys
SELECT id, product, name, scopes, created_at, revoked_at, expires_at FROM platform.api_key
WHERE organization_id = :organization_id ORDER BY id;

-- name: extend_key!
UPDATE platform.api_key SET expires_at = :expires_at
WHERE organization_id = :organization_id AND id = :id AND expires_at IS NOT NULL;

-- name: revoke_key$
UPDATE platform.api_key SET revoked_at = coalesce(revoked_at, :now)
WHERE organization_id = :organization_id AND id = :id
RETURNING id;
