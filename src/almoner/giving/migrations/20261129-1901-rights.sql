-- The rights of the application role, and projects that must exist: docs/decisions/0021.
--
-- Programs before this one must not start on it (platform/20261129-1900-rights).

REVOKE ALL ON giving.event, giving.donor, giving.campaign, giving.campaign_sync_change, giving.project, giving.gift,
    giving.payment_intent, giving.tally, giving.gift_project, giving.gift_read FROM almoner_app;
GRANT SELECT, INSERT ON giving.event, giving.campaign_sync_change, giving.project TO almoner_app;
GRANT SELECT ON giving.tally, giving.gift_project, giving.gift_read TO almoner_app;
GRANT SELECT, INSERT, UPDATE (email, email_key, title, first_name, middle_name, last_name, suffix, is_organization,
    organization_name, phone, address1, address2, city, state, postal, country, notes, crm_key, version, modified_at)
    ON giving.donor TO almoner_app;
GRANT SELECT, INSERT, UPDATE (can_sync, version, modified_at) ON giving.campaign TO almoner_app;
GRANT SELECT, INSERT, UPDATE (amount_minor, project_ids, project_minor, gift_on, segment_code, is_anonymous, notes, comment,
    version, modified_at) ON giving.gift TO almoner_app;
GRANT SELECT, INSERT, UPDATE (state, asked, looks, look_at, gift_id, transaction_id, given_back, detail, modified_at)
    ON giving.payment_intent TO almoner_app;

-- No foreign key reaches from the elements of an array. This looks once for each statement, for all gifts that it wrote;
-- projects are never deleted, so nobody has to look again.
CREATE FUNCTION giving.projects_must_exist() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    v_gift bigint;
    v_project bigint;
BEGIN
    SELECT w.id, s.project_id INTO v_gift, v_project
    FROM written w
    CROSS JOIN LATERAL unnest(w.project_ids) AS s (project_id)
    LEFT JOIN LATERAL (SELECT p.id FROM giving.project p
        WHERE p.organization_id = w.organization_id AND p.id = s.project_id LIMIT 1) k ON true
    WHERE k.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('gift %s names project %s, which does not exist', v_gift, v_project),
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_gift_projects_exist AFTER INSERT ON giving.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION giving.projects_must_exist();
CREATE TRIGGER changed_gift_projects_exist AFTER UPDATE ON giving.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION giving.projects_must_exist();
