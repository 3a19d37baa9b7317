-- Donors whose personal data were erased on request: the books keep what was given (docs/decisions/0040-donors-whole.md).
--
-- Programs before this one would tell such a donor as one that is whole, so they must not start on it.
--
-- squawk-ignore-file ban-drop-constraint
-- The check is replaced by a wider one.

ALTER TABLE giving.donor ADD COLUMN erased_at timestamptz;
ALTER TABLE giving.donor ADD COLUMN erased_by text;
ALTER TABLE giving.donor DROP CONSTRAINT donor_check2;
ALTER TABLE giving.donor ADD CONSTRAINT donor_is_found CHECK (email_key IS NOT NULL OR source_key IS NOT NULL OR erased_at IS NOT NULL)
    NOT VALID;
