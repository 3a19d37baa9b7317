-- name: register_consumer$
SELECT platform.register_consumer(:log, :consumer);

-- name: parts_with_news
SELECT part FROM platform.parts_with_news(:log, :consumer) AS part;

-- name: read_events
SELECT organization_id, id, key_id, kind, record_id, happened_at, data, snapshot
FROM platform.read_events(:log, :consumer, (:part)::smallint, :limit);

-- name: move_cursor$
SELECT platform.move_cursor(:log, :consumer, (:part)::smallint, :after_id, :snapshot);

-- name: backlog$
SELECT platform.backlog(:log, :consumer);

-- name: extend_log$
SELECT platform.extend_event_log(:log);

-- name: lock_part$
SELECT CASE WHEN platform.lock_part(:log, :consumer, p.part) THEN p.part END
FROM (SELECT platform.event_part((:organization_id)::bigint, (:key_id)::bigint) AS part) p;
