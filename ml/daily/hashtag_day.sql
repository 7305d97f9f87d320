-- One row per hashtag and day: what was known at the day's end. Every value uses rows
-- of that day or earlier only, so that deleting what came later changes nothing.
-- Reads: snapshot(hashtag, observed_at, view_count), video_seen(...), bounds(last_day).
WITH seen AS (
    -- Totals never fall; where a source says so, it miscounted or rounded.
    SELECT
        hashtag,
        observed_at,
        max(view_count) OVER (PARTITION BY hashtag ORDER BY observed_at) AS view_count
    FROM snapshot
    WHERE view_count IS NOT NULL
),

last_of_day AS (
    SELECT * FROM seen
    QUALIFY row_number() OVER (
        PARTITION BY hashtag, observed_at::DATE ORDER BY observed_at DESC
    ) = 1
),

rate AS (
    -- Views a day against the newest total at least 20 hours older: over less, the
    -- sites' rounding is larger than the growth.
    SELECT
        now.hashtag,
        now.observed_at::DATE AS day,
        now.observed_at,
        now.view_count,
        (now.view_count - before.view_count)
            / (epoch(now.observed_at - before.observed_at) / 86400) AS daily_views
    FROM last_of_day AS now
    ASOF JOIN (SELECT *, observed_at + INTERVAL 20 HOUR AS usable_at FROM seen) AS before
        ON now.hashtag = before.hashtag AND now.observed_at >= before.usable_at
),

grid AS (
    SELECT
        hashtag,
        unnest(generate_series(min(day), (SELECT last_day FROM bounds), INTERVAL 1 DAY))
            ::DATE AS day
    FROM rate
    GROUP BY hashtag
),

bot_event AS (
    -- A video's newest counters stand for 30 days, or until newer ones.
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
),

bot_change AS (
    SELECT hashtag, day, sum(view_count) AS view_count, sum(bought) AS bought
    FROM (
        SELECT hashtag, day, view_count, bought FROM bot_event
        UNION ALL
        SELECT hashtag, until, -view_count, -bought FROM bot_event
    )
    GROUP BY hashtag, day
),

bot_total AS (
    SELECT
        hashtag,
        day,
        sum(view_count) OVER so_far AS view_count,
        sum(bought) OVER so_far AS bought
    FROM bot_change
    WINDOW so_far AS (PARTITION BY hashtag ORDER BY day)
),

daily AS (
    SELECT
        grid.hashtag,
        grid.day,
        rate.observed_at,
        rate.view_count,
        rate.daily_views,
        -- Smoothed: 2 % of 20,000 views stand for what is not known.
        (coalesce(bot_total.bought, 0) + 400)
            / (coalesce(bot_total.view_count, 0) + 20000) AS bot_share
    FROM grid
    ASOF JOIN rate ON grid.hashtag = rate.hashtag AND grid.day >= rate.day
    ASOF LEFT JOIN bot_total
        ON grid.hashtag = bot_total.hashtag AND grid.day >= bot_total.day
),

smooth AS (
    SELECT
        *,
        daily_views * (1 - bot_share) AS real_daily_views,
        avg(daily_views * (1 - bot_share)) OVER (
            PARTITION BY hashtag ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
        ) AS smooth_views
    FROM daily
),

peak AS (
    SELECT
        *,
        max(smooth_views) OVER so_far AS peak_views,
        arg_max(day, smooth_views) OVER so_far AS peak_on,
        lag(smooth_views, 7) OVER (PARTITION BY hashtag ORDER BY day) AS week_before
    FROM smooth
    WINDOW so_far AS (PARTITION BY hashtag ORDER BY day ROWS UNBOUNDED PRECEDING)
),

wave AS (
    -- When the wave with that peak began: after the last day under a tenth of it.
    SELECT
        top.hashtag,
        top.peak_on,
        coalesce(max(low.day) + 1, min(top.first_day)) AS start_on
    FROM (
        SELECT hashtag, peak_on, peak_views, min(day) OVER (PARTITION BY hashtag)
            AS first_day
        FROM peak
        QUALIFY row_number() OVER (PARTITION BY hashtag, peak_on) = 1
    ) AS top
    LEFT JOIN smooth AS low
        ON top.hashtag = low.hashtag
        AND low.day < top.peak_on
        AND low.smooth_views < 0.1 * top.peak_views
    GROUP BY top.hashtag, top.peak_on
),

level AS (
    SELECT
        *,
        CASE WHEN peak_views > 0 THEN smooth_views / peak_views ELSE 0 END AS level,
        CASE
            WHEN week_before > 0
                THEN greatest(-1, least(10, smooth_views / week_before - 1))
            ELSE 0
        END AS velocity_rate
    FROM peak
)

SELECT
    hashtag,
    day,
    observed_at,
    view_count,
    daily_views,
    bot_share,
    real_daily_views,
    smooth_views,
    velocity_rate,
    peak_views,
    peak_on,
    day - peak_on AS days_since_peak,
    level,
    coalesce(
        max(day) FILTER (level >= 0.1) OVER (
            PARTITION BY hashtag ORDER BY day ROWS UNBOUNDED PRECEDING
        ) - wave.start_on + 1,
        0
    ) AS trended_days,
    CASE
        WHEN level >= 0.93 AND velocity_rate > 0.07 THEN 'Rising'
        WHEN level >= 0.7 THEN 'Peak'
        WHEN level >= 0.1 THEN 'Decline'
        ELSE 'Death'
    END AS stage
FROM level
JOIN wave USING (hashtag, peak_on)
ORDER BY hashtag, day
