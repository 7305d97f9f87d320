-- By how much the views of a hashtag's known videos change on a day, and those of them
-- that look bought. A video's newest counters stand for 30 days, or until newer ones.
-- Reads: video_seen(hashtag, video_id, observed_at, view_count, is_bought).
WITH seen AS (
    SELECT
        hashtag,
        observed_at::DATE AS day,
        view_count,
        view_count * is_bought AS bought,
        least(
            coalesce(
                lead(observed_at::DATE) OVER (
                    PARTITION BY hashtag, video_id ORDER BY observed_at
                ),
                DATE '9999-01-01'
            ),
            observed_at::DATE + 30
        ) AS until
    FROM video_seen
)

SELECT
    hashtag,
    day,
    sum(view_count)::DOUBLE AS view_count,
    sum(bought)::DOUBLE AS bought
FROM (
    SELECT hashtag, day, view_count, bought FROM seen
    UNION ALL
    SELECT hashtag, until, -view_count, -bought FROM seen
)
GROUP BY hashtag, day
