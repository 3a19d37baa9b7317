-- Gifts that are edited: what belongs to their type, through whom they came, and what the organization wishes of them.
--
-- Programs before this one must not start on it: they would copy gifts without what they do not know.

-- `details`: what a gift tells that nothing is reckoned by, by names of the program (crm/gifts/details.py). Who passed it on, and how much of it.
ALTER TABLE crm.gift ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN passthrough_contact_ids bigint[] NOT NULL DEFAULT '{}', ADD COLUMN passthrough_minor bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE crm.gift ADD CONSTRAINT gift_passthroughs_have_amounts
    CHECK (cardinality(passthrough_contact_ids) = cardinality(passthrough_minor)) NOT VALID;
GRANT UPDATE (contact_individual_id, batch, is_tax_deductible, details, passthrough_contact_ids, passthrough_minor)
    ON crm.gift TO almoner_app;

-- What an organization wishes of its CRM: one row, once it wishes anything.
CREATE TABLE crm.setting (
    organization_id bigint NOT NULL,
    default_project_id bigint,
    PRIMARY KEY (organization_id),
    FOREIGN KEY (organization_id, default_project_id) REFERENCES crm.project
);
SELECT platform.protect_table('crm.setting', 'SELECT, INSERT, UPDATE (default_project_id)');
