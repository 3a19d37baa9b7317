-- older programs may run on this
--
-- What the CRM is told goes through crm_code.put_contacts and its sisters. The old names were called by sync workers of the
-- program before, which rest by now (sync/20261126-0910-hand-over).
--
-- squawk-ignore-file ban-drop-function
-- Nobody calls them.

DROP FUNCTION crm.accept_contacts(bigint, jsonb), crm.accept_gifts(bigint, smallint, jsonb);
