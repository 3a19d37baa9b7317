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
UPDATE platform.idempotency SET answer = :answer, about = platform_code.records_in(:path, (:answer)::jsonb)
WHERE organization_id = :organization_id AND product = :product AND key = :key;

-- name: forget_keys!
-- A portion of those that came before then, the oldest first; what another transaction holds is left to it.
DELETE FROM platform.idempotency i USING (
    SELECT k.product, k.key FROM platform.idempotency k
    WHERE k.organization_id = :organization_id AND k.created_at < :before
    ORDER BY k.created_at LIMIT :most FOR UPDATE SKIP LOCKED) k
WHERE i.organization_id = :organization_id AND i.product = k.product AND i.key = k.key;
