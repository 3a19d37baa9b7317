-- name: put_contacts
SELECT ord, contact_id AS crm_id, did, problem, detail
FROM crm_code.put_contacts(:organization_id, :contacts, :email_keys, :now);

-- name: put_gifts
SELECT ord, gift_id AS crm_id, did, problem, detail FROM crm_code.put_gifts(:organization_id, :gifts, :code_keys, :now);

-- name: put_recurring_gifts
SELECT ord, recurring_gift_id AS crm_id, did, problem, detail
FROM crm_code.put_recurring_gifts(:organization_id, :gifts, :code_keys, :now);

-- name: merge_contacts
SELECT ord, contact_id AS crm_id, did, problem, NULL AS detail FROM crm_code.merge_contacts(:organization_id, :merges, :now);

-- name: erase_contacts
SELECT ord, contact_id AS crm_id, did, problem, NULL AS detail FROM crm_code.erase_contacts(:organization_id, :erasures, :now);

-- name: hold_merges!
SELECT crm_code.keep_tree(:organization_id), crm_code.hold_merges(:organization_id);

-- name: hold_contacts!
SELECT crm_code.hold_contacts(:organization_id, :contacts, :email_keys, :givers, :gifts);

-- name: reverse_gifts
SELECT ord, gift_id AS crm_id, did, problem, detail FROM crm_code.reverse_gifts(:organization_id, :reversals, :code_keys, :now);

-- name: codes_not_online
SELECT code_key FROM crm.project
WHERE organization_id = :organization_id AND NOT (is_active AND is_available_online) ORDER BY code_key;

-- name: reversals_there
-- What a reversal took and the gift has again stands in a row of its own, under its key (crm_code.reinstated_key).
SELECT g.id, (SELECT b.id FROM crm.gift b WHERE b.organization_id = :organization_id AND b.transaction_source = g.transaction_source
        AND b.transaction_id = g.transaction_id || ' reinstated') AS reinstated_by
FROM crm.gift g
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: open_codes
SELECT code_key FROM crm.project
WHERE organization_id = :organization_id AND is_active AND code_key = ANY (:codes);

-- name: nearest$
SELECT crm_code.nearest(:organization_id, :what, :text);
