-- name: register_consumer$
SELECT platform_code.register_consumer(:log, :consumer);

-- name: parts_with_news
SELECT part FROM platform_code.parts_with_news(:log, :consumer) AS part;

-- name: read_events
SELECT organization_id, id, key_id, kind, record_id, happened_at, data, snapshot, version
FROM platform_code.read_events(:log, :consumer, (:part)::smallint, :limit);

-- name: move_cursors
SELECT platform_code.move_cursor(:log, :consumer, p.part, p.after_id, p.snapshot)
FROM unnest((:parts)::smallint[], (:after_ids)::bigint[], (:snapshots)::text[]) AS p (part, after_id, snapshot);

-- name: backlog$
SELECT platform_code.backlog(:log, :consumer);

-- name: stands_for$
SELECT platform_code.stands_for(:log, :consumer);

-- name: unread^
SELECT events, since, has_more FROM platform_code.unread(:organization_id, :log, :consumer, :kind, :most);

-- name: extend_log$
SELECT platform_code.extend_event_log(:log);

-- name: lock_part$
SELECT CASE WHEN platform_code.lock_part(:log, :consumer, p.part) THEN p.part END
FROM (SELECT platform.event_part((:organization_id)::bigint, (:key_id)::bigint) AS part) p;
