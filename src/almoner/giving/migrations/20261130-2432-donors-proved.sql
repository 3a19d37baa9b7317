-- after the rest
--
-- That every donor can be found, or was erased, is proved of those that were there before.

ALTER TABLE giving.donor VALIDATE CONSTRAINT donor_is_found;
