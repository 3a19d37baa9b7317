-- The rights of the application role: docs/decisions/0021.
--
-- Programs before this one must not start on it (platform/20261129-1900-rights).

REVOKE ALL ON sync.record, sync.tally FROM almoner_app;
GRANT SELECT ON sync.tally TO almoner_app;
GRANT SELECT, INSERT, UPDATE (donor_id, wanted, done, event_id, reason, detail, crm_id, attempts, due_at, happened_at,
    changed_at, currency, minor, done_minor, waited_since, waited_for) ON sync.record TO almoner_app;
