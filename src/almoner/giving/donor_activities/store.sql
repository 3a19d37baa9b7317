-- name: activities
-- Each kind gives its latest alone, by an index; of those the latest are taken. A donor with many gifts costs as much as one with few.
SELECT * FROM (
    (SELECT g.received_at AS at, 'GiftCreated' AS type, g.id AS gift_id, NULL::bigint AS other_donor_id, NULL::text AS by, NULL::text AS reason
     FROM giving.gift g WHERE g.organization_id = :organization_id AND g.donor_id = :donor_id ORDER BY g.id DESC LIMIT :most)
    UNION ALL
    (SELECT m.moved_at, 'GiftMovedToDonor', m.gift_id, m.to_donor_id, m.moved_by, m.reason
     FROM giving.gift_move m
     WHERE m.organization_id = :organization_id AND m.from_donor_id = :donor_id ORDER BY m.id DESC LIMIT :most)
    UNION ALL
    (SELECT m.moved_at, 'GiftReceivedFromDonor', m.gift_id, m.from_donor_id, m.moved_by, m.reason
     FROM giving.gift_move m
     WHERE m.organization_id = :organization_id AND m.to_donor_id = :donor_id ORDER BY m.id DESC LIMIT :most)
    UNION ALL
    (SELECT m.merged_at, CASE WHEN m.survivor_id = :donor_id THEN 'DonorMergedIn' ELSE 'MergedIntoDonor' END, NULL,
        CASE WHEN m.survivor_id = :donor_id THEN m.duplicate_id ELSE m.survivor_id END, m.merged_by, m.reason
     FROM giving.donor_merge m
     WHERE m.organization_id = :organization_id AND (m.survivor_id = :donor_id OR m.duplicate_id = :donor_id)
     ORDER BY m.id DESC LIMIT :most)
    UNION ALL
    (SELECT m.unmerged_at, 'DonorParted', NULL,
        CASE WHEN m.survivor_id = :donor_id THEN m.duplicate_id ELSE m.survivor_id END, m.unmerged_by, NULL
     FROM giving.donor_merge m
     WHERE m.organization_id = :organization_id AND (m.survivor_id = :donor_id OR m.duplicate_id = :donor_id)
        AND m.unmerged_at IS NOT NULL ORDER BY m.id DESC LIMIT :most)
    UNION ALL
    (SELECT l.changed_at, 'CrmKeyChanged', NULL, NULL, l.changed_by, NULL FROM giving.donor_link_change l
     WHERE l.organization_id = :organization_id AND l.donor_id = :donor_id ORDER BY l.id DESC LIMIT :most)
    UNION ALL
    (SELECT d.erased_at, 'Erased', NULL, NULL, d.erased_by, NULL FROM giving.donor d
     WHERE d.organization_id = :organization_id AND d.id = :donor_id AND d.erased_at IS NOT NULL)
    UNION ALL
    (SELECT d.created_at, 'DonorCreated', NULL, NULL, NULL, NULL FROM giving.donor d
     WHERE d.organization_id = :organization_id AND d.id = :donor_id)) a
ORDER BY a.at DESC, a.type DESC, a.gift_id DESC OFFSET :skip LIMIT :take;

-- name: count$
SELECT 1 + count(d.erased_at)::bigint + max(d.gift_count)
    + (SELECT count(*) FROM giving.gift_move m WHERE m.organization_id = :organization_id AND m.from_donor_id = :donor_id)
    + (SELECT count(*) FROM giving.gift_move m WHERE m.organization_id = :organization_id AND m.to_donor_id = :donor_id)
    + (SELECT count(*) + count(m.unmerged_at) FROM giving.donor_merge m WHERE m.organization_id = :organization_id
        AND (m.survivor_id = :donor_id OR m.duplicate_id = :donor_id))
    + (SELECT count(*) FROM giving.donor_link_change l WHERE l.organization_id = :organization_id AND l.donor_id = :donor_id)
FROM giving.donor d WHERE d.organization_id = :organization_id AND d.id = :donor_id;
