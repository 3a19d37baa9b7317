-- older programs may run on this
--
-- Givers whom their source said to be another one before the contact that they were was kept (20261130-2373), or who were one contact with the other
-- already: they are that contact, and nobody who shares it with a living giver.

UPDATE crm.contact_reference SET merged_contact_id = contact_id
WHERE merged_contact_id IS NULL AND merged_version >= version AND forgotten_version IS NULL AND erased_version IS NULL;
