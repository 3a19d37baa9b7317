-- A donor's crm_key may be seeded by who gives: it is a link once the sync has found the contact it names. Which keys are links
-- already the sync says (sync/20261129-1905-judged-keys).

ALTER TABLE giving.donor ADD COLUMN crm_linked boolean NOT NULL DEFAULT false;
GRANT UPDATE (crm_linked) ON giving.donor TO almoner_app;
