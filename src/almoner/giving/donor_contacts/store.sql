-- name: hold_mailboxes!
SELECT giving_code.hold_mailboxes(:organization_id);

-- name: keep_contacts!
SELECT giving_code.keep_contacts(:organization_id, :donor_id, :now);

-- name: owners_of_mailbox
-- Whose a mailbox is: the first of a donor's, or another.
SELECT d.id FROM giving.donor d WHERE d.organization_id = :organization_id AND d.email_key = :email_key
UNION
SELECT m.donor_id FROM giving.donor_contact_method m WHERE m.organization_id = :organization_id AND m.email_key = :email_key;

-- name: kept_methods
SELECT id, kind, value, email_key, is_primary FROM giving.donor_contact_method
WHERE organization_id = :organization_id AND donor_id = :donor_id ORDER BY id;

-- name: kept_addresses
SELECT id, address1, address2, city, state, postal, country, is_primary FROM giving.donor_address
WHERE organization_id = :organization_id AND donor_id = :donor_id ORDER BY id;
