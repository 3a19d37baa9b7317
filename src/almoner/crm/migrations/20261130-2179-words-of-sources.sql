-- What the source of a gift said last of what staff and partners change too: its segment, notes and whether it is private. NULL while the gift has
-- them from its source, as all gifts that were changed before this.

ALTER TABLE crm.gift ADD COLUMN source_words jsonb;
GRANT UPDATE (source_words) ON crm.gift TO almoner_app;
