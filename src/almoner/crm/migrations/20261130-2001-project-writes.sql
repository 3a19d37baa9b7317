-- Projects that are written anew: their balances, a status for a while, and moves in the tree.
--
-- Programs before this one must not start on it: they would tell other balances.

-- What the current balance is beyond the beginning balance and all that was given: said by whoever sets it.
ALTER TABLE crm.project ADD COLUMN balance_change_minor numeric NOT NULL DEFAULT 0;

-- A state of the inventory that holds until an instant; then `inventory_status` holds again.
ALTER TABLE crm.project ADD COLUMN temporary_status text, ADD COLUMN temporary_until timestamptz;
ALTER TABLE crm.project ADD CONSTRAINT project_temporary_status_ends
    CHECK (temporary_status IS NULL OR temporary_until IS NOT NULL) NOT VALID;

-- Whose part a project is since a day, once it was moved: the row before its first move begins with the first day there is. One that was never
-- moved has none.
CREATE TABLE crm.project_parent (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    from_on date NOT NULL,
    parent_id bigint,
    PRIMARY KEY (organization_id, project_id, from_on),
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project,
    FOREIGN KEY (organization_id, parent_id) REFERENCES crm.project
);
SELECT platform.protect_table('crm.project_parent', 'SELECT');

GRANT UPDATE (name, project_code, code_key, external_accounting_code, online_display_name, description, type, location, parent_id,
    is_public, is_available_online, is_tax_deductible, beginning_balance_minor, balance_change_minor, revenue_accounting_code,
    inventory_status, temporary_status, temporary_until, duration_type, start_on, end_on, financial_need_minor,
    financial_need_type, financial_need_frequency, is_limited_to_financial_need, is_restricted_to_gift_specifications,
    treat_as_accounts_payable) ON crm.project TO almoner_app;
