-- name: by_second
SELECT date_trunc('second', platform_code.in_time(changed_at)) AS at, count(*) AS gifts,
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY date_part('epoch', platform_code.in_time(changed_at) - platform_code.in_time(happened_at))) AS seconds
FROM (SELECT changed_at, happened_at, waited_since FROM sync.record
      WHERE organization_id = :organization_id AND destination = :destination AND entity = 'gift' AND state = 'synced'
          AND changed_at >= :since
      ORDER BY changed_at DESC LIMIT :most) latest
WHERE waited_since IS NULL
GROUP BY 1 ORDER BY 1;

-- name: overall
SELECT waited_since IS NOT NULL AS has_waited, count(*) AS gifts,
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY date_part('epoch', platform_code.in_time(changed_at) - platform_code.in_time(happened_at))) AS seconds
FROM (SELECT changed_at, happened_at, waited_since FROM sync.record
      WHERE organization_id = :organization_id AND destination = :destination AND entity = 'gift' AND state = 'synced'
          AND changed_at >= :since
      ORDER BY changed_at DESC LIMIT :most) latest
GROUP BY 1;
