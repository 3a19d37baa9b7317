-- older programs may run on this
-- before the rest
--
-- The sync to the built-in CRM reads on under a name of its own, from where it stands. Workers of the program before this one
-- knew it as `sync`: they find no cursor under that name and rest, so none of them takes an event whose meaning it does not
-- know. The workers of this program go on.

UPDATE platform.event_cursor SET consumer = 'sync crm' WHERE log = 'giving' AND consumer = 'sync';
