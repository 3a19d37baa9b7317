-- What a donor is reached by. As long as a donor has one of a kind alone, as it came with a gift, it is told from the donor's own columns,
-- under a number that no other has: those of the tables are multiples of 4 and of 2.
CREATE VIEW giving_code.told_contact_method WITH (security_invoker = true) AS
SELECT m.organization_id, m.id, m.donor_id, m.kind, m.type, m.value, m.email_key, m.secondary_value, m.country_code, m.is_primary,
    m.is_opted_in, m.is_valid, m.is_bounced, m.created_at
FROM giving.donor_contact_method m
UNION ALL
SELECT d.organization_id, 4 * d.id + k.n, d.id, k.kind, k.type, k.value, k.email_key, NULL, NULL, true, true, true, false, d.created_at
FROM giving.donor d
CROSS JOIN LATERAL (VALUES (1, 'email', 'Email', d.email, d.email_key), (2, 'phone', 'Phone', d.phone, NULL))
    AS k (n, kind, type, value, email_key)
WHERE k.value IS NOT NULL AND NOT EXISTS (SELECT FROM giving.donor_contact_method m
    WHERE m.organization_id = d.organization_id AND m.donor_id = d.id AND m.kind = k.kind);

CREATE VIEW giving_code.told_address WITH (security_invoker = true) AS
SELECT a.organization_id, a.id, a.donor_id, a.type, a.address1, a.address2, a.city, a.state, a.postal, a.country, a.is_primary,
    a.created_at
FROM giving.donor_address a
UNION ALL
SELECT d.organization_id, 2 * d.id + 1, d.id, 'Home', d.address1, d.address2, d.city, d.state, d.postal, d.country, true, d.created_at
FROM giving.donor d
WHERE num_nonnulls(d.address1, d.address2, d.city, d.state, d.postal, d.country) > 0 AND NOT EXISTS (SELECT FROM giving.donor_address a
    WHERE a.organization_id = d.organization_id AND a.donor_id = d.id);

-- Keep of a donor, who is locked, as rows what is told from its own columns.
CREATE FUNCTION giving_code.keep_contacts(p_organization_id bigint, p_donor_id bigint, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO giving.donor_contact_method (organization_id, id, donor_id, kind, type, value, email_key, is_primary, created_at,
        modified_at)
    SELECT t.organization_id, t.id, t.donor_id, t.kind, t.type, t.value, t.email_key, true, t.created_at, p_now
    FROM giving_code.told_contact_method t WHERE t.organization_id = p_organization_id AND t.donor_id = p_donor_id AND t.id % 4 <> 0
    ON CONFLICT DO NOTHING;
    INSERT INTO giving.donor_address (organization_id, id, donor_id, type, address1, address2, city, state, postal, country, is_primary,
        created_at, modified_at)
    SELECT t.organization_id, t.id, t.donor_id, t.type, t.address1, t.address2, t.city, t.state, t.postal, t.country, true,
        t.created_at, p_now
    FROM giving_code.told_address t WHERE t.organization_id = p_organization_id AND t.donor_id = p_donor_id AND t.id % 2 <> 0
    ON CONFLICT DO NOTHING;
END
$$;

-- Hold who has which mailbox alone until the transaction ends, to change it; before any donor is locked. A give holds it beside others
-- (giving/give/donors, take_donors).
CREATE FUNCTION giving_code.hold_mailboxes(p_organization_id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashint8(p_organization_id) # 1129467216 # 3, 17)
$$;
