-- name: lease^
SELECT per_hour, leased, spare, hour, at FROM platform_code.lease_requests(:organization_id, :default, :now);

-- name: give_back!
UPDATE platform.rate_limit SET leased = leased - least(leased, :unused)
WHERE organization_id = :organization_id AND hour = :hour;

-- name: set_limit!
INSERT INTO platform.rate_limit (organization_id, per_hour, hour, leased) VALUES (:organization_id, :per_hour, 0, 0)
ON CONFLICT (organization_id) DO UPDATE SET per_hour = excluded.per_hour;

-- name: standing^
-- Requests of the hour of :now that were given out to processes; what these have not used yet among them.
SELECT per_hour, CASE WHEN hour = floor(extract(epoch FROM (:now)::timestamptz) / 3600) THEN leased ELSE 0 END AS leased
FROM platform.rate_limit WHERE organization_id = :organization_id;

-- name: near
SELECT organization_id, per_hour, leased FROM platform_code.near_rate_limit(:default, :part, :now);
