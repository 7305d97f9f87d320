-- The newest total of each hashtag and day, from `bounds.since` on.
-- Reads: snapshot(hashtag, observed_at, view_count), bounds(since).
SELECT
    hashtag,
    observed_at::DATE AS day,
    max(observed_at) AS observed_at,
    arg_max(view_count, observed_at) AS view_count
FROM snapshot, bounds
WHERE view_count IS NOT NULL AND observed_at >= since::TIMESTAMP
GROUP BY ALL
