-- name: donor_of$
SELECT donor_id FROM giving.gift WHERE organization_id = :organization_id AND id = :gift_id;

-- name: donor_now^
-- The donor that one is by now, after all merges.
SELECT n.id, n.erased_at FROM giving.donor d
JOIN giving.donor n ON n.organization_id = :organization_id AND n.id = coalesce(d.survivor_id, d.id)
WHERE d.organization_id = :organization_id AND d.id = :donor_id;

-- name: hold_both
SELECT from_donor_id, to_donor_id FROM giving_code.hold_both(:organization_id, :gift_id, :donor_id);

-- name: hold_donors!
-- In one order for everybody, each as it stands behind its lock.
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids)
ORDER BY id FOR NO KEY UPDATE;

-- name: move$
SELECT giving_code.move_gifts(:organization_id, ARRAY[(:gift_id)::bigint], :to_donor_id, :by, :reason, NULL, :now);

-- name: moves
SELECT id, gift_id, from_donor_id, to_donor_id, merge_id, moved_at, moved_by, reason FROM giving.gift_move
WHERE organization_id = :organization_id AND gift_id = :gift_id ORDER BY id;
