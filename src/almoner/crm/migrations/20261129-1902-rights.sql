-- The rights of the application role, and projects that must exist: docs/decisions/0021.
--
-- Programs before this one must not start on it (platform/20261129-1900-rights).

REVOKE ALL ON crm.event, crm.contact, crm.contact_individual, crm.contact_method, crm.contact_address, crm.contact_reference,
    crm.contact_note, crm.contact_giving, crm.project, crm.project_ancestor, crm.project_giving, crm.gift, crm.recurring_gift,
    crm.tally, crm.gift_designation, crm.project_total FROM almoner_app;
GRANT SELECT, INSERT ON crm.event, crm.project_ancestor TO almoner_app;
GRANT SELECT ON crm.contact_giving, crm.project_giving, crm.tally, crm.gift_designation, crm.project_total TO almoner_app;
GRANT SELECT, INSERT, UPDATE (contact_type, name, informal_name, merged_into_id, version, modified_at)
    ON crm.contact TO almoner_app;
GRANT SELECT, INSERT, UPDATE (prefix, first_name, middle_name, last_name, suffix, modified_at)
    ON crm.contact_individual TO almoner_app;
GRANT SELECT, INSERT, UPDATE (value, value_key, modified_at) ON crm.contact_method TO almoner_app;
GRANT SELECT, INSERT, UPDATE (address1, address2, city, state, postal, country, modified_at)
    ON crm.contact_address TO almoner_app;
GRANT SELECT, INSERT, UPDATE (contact_id, version, merged_version, said) ON crm.contact_reference TO almoner_app;
GRANT SELECT, INSERT, DELETE, UPDATE (contact_id, type, note, noted_on, important, is_private, time_spent, version, modified_at)
    ON crm.contact_note TO almoner_app;
GRANT SELECT, INSERT, UPDATE (is_active, version, modified_at) ON crm.project TO almoner_app;
GRANT SELECT, INSERT, UPDATE (contact_id, gift_type, gift_on, amount_minor, currency, designation_ids,
    designation_project_ids, designation_minor, segment_code, notes, origin, is_private, version, source_version, modified_at)
    ON crm.gift TO almoner_app;
GRANT SELECT, INSERT, UPDATE (contact_id, frequency, started_on, next_expected_on, anticipated_end_on, cancelled_at,
    amount_minor, currency, designation_project_ids, designation_minor, segment_code, is_private, version, source_version,
    modified_at) ON crm.recurring_gift TO almoner_app;

-- As in giving: gifts and recurring gifts name projects in an array.
CREATE FUNCTION crm.projects_must_exist() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    v_gift bigint;
    v_project bigint;
BEGIN
    SELECT w.id, s.project_id INTO v_gift, v_project
    FROM written w
    CROSS JOIN LATERAL unnest(w.designation_project_ids) AS s (project_id)
    LEFT JOIN LATERAL (SELECT p.id FROM crm.project p
        WHERE p.organization_id = w.organization_id AND p.id = s.project_id LIMIT 1) k ON true
    WHERE k.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('gift %s names project %s, which does not exist', v_gift, v_project),
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_gift_projects_exist AFTER INSERT ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.projects_must_exist();
CREATE TRIGGER changed_gift_projects_exist AFTER UPDATE ON crm.gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.projects_must_exist();
CREATE TRIGGER new_recurring_gift_projects_exist AFTER INSERT ON crm.recurring_gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.projects_must_exist();
CREATE TRIGGER changed_recurring_gift_projects_exist AFTER UPDATE ON crm.recurring_gift REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION crm.projects_must_exist();
