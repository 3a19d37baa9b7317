-- older programs may run on this
--
-- By which version a giver was merged last: a merge that comes again says nothing new, and a word that is older than it neither.
ALTER TABLE crm.contact_reference ADD COLUMN merged_version int;
