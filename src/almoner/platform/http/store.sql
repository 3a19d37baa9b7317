-- name: claim_key$
-- Waits while another transaction holds the same key; NULL when that one committed.
INSERT INTO platform.idempotency (organization_id, product, key, fingerprint)
VALUES (:organization_id, :product, :key, :fingerprint)
ON CONFLICT (organization_id, product, key) DO NOTHING
RETURNING true;

-- name: stored_answer^
SELECT fingerprint, answer::text AS answer
FROM platform.idempotency
WHERE organization_id = :organization_id AND product = :product AND key = :key;

-- name: store_answer!
UPDATE platform.idempotency SET answer = :answer
WHERE organization_id = :organization_id AND product = :product AND key = :key;
