-- older programs may run on this
--
-- A contact's gifts in the order of their ids, which is how they are paged: without it all of them are sorted for each page.

CREATE INDEX gift_contact_id ON crm.gift (organization_id, contact_id, id);
