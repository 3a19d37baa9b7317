-- older programs may run on this
--
-- A link that was a mistake is taken back: the contact is no longer the one that another system means.

GRANT DELETE ON crm.contact_reference TO almoner_app;
