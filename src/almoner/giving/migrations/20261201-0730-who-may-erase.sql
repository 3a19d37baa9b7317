-- older programs may run on this
--
-- Erasing a donor has a right of its own. Whoever could erase until now, as whoever could make donors, still can; who holds all of an action, or
-- everything, holds it anyway.

INSERT INTO platform.permission_change (organization_id, happened_at, by_whom, name, scopes)
SELECT g.organization_id, now(), 'upgrade', g.name, g.scopes || 'donor-erasure:create'::text
FROM platform.permission_group g
WHERE g.scopes && '{donor:create,donor:write,donor:*}' AND NOT g.scopes && '{*,*:create,*:write,donor-erasure:create}'
ORDER BY g.organization_id, g.id;

UPDATE platform.permission_group SET scopes = scopes || 'donor-erasure:create'::text, modified_at = now()
WHERE scopes && '{donor:create,donor:write,donor:*}' AND NOT scopes && '{*,*:create,*:write,donor-erasure:create}';

UPDATE platform.api_key SET scopes = scopes || 'donor-erasure:create'::text
WHERE product = 'raise' AND scopes && '{donor:create,donor:write,donor:*}' AND NOT scopes && '{*,*:create,*:write,donor-erasure:create}';
