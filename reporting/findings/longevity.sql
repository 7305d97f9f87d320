-- A row per hashtag with a wave: how big and long it was, how fast its products sold
-- in it, and how often they were regretted.
-- Reads: labelled, hashtag_day.
WITH trend AS (
    SELECT
        hashtag,
        max(wave_peak_views) AS peak_views,
        max(trended_days) AS trended_days
    FROM hashtag_day
    WHERE wave > 0
    GROUP BY hashtag
)

SELECT
    hashtag,
    t.peak_views,
    t.trended_days,
    count(*) AS order_count,
    count(*) / count(DISTINCT l.purchased_on) AS orders_a_day,
    avg(l.y) AS regret_rate
FROM labelled AS l JOIN trend AS t USING (hashtag)
WHERE l.stage IN ('Rising', 'Peak', 'Decline')
GROUP BY hashtag, t.peak_views, t.trended_days
HAVING count(*) >= 20
ORDER BY t.peak_views DESC, hashtag
