-- name: add!
INSERT INTO platform.session (organization_id, hash, kind, expires_at)
VALUES (:organization_id, :hash, :kind, :expires_at);

-- name: use_link$
DELETE FROM platform.session
WHERE organization_id = :organization_id AND hash = :hash AND kind = 'link' AND expires_at > :now
RETURNING true;

-- name: is_open$
SELECT EXISTS (
    SELECT FROM platform.session
    WHERE organization_id = :organization_id AND hash = :hash AND kind = 'session' AND expires_at > :now);

-- name: close!
DELETE FROM platform.session
WHERE organization_id = :organization_id AND hash = :hash AND kind = 'session';

-- name: forget_expired!
DELETE FROM platform.session WHERE organization_id = :organization_id AND expires_at <= :now;
