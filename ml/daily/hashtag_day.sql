-- One row per hashtag and day: what was known at the day's end. Every value uses rows
-- of that day or earlier only, so that deleting what came later changes nothing.
-- Reads: snapshot(hashtag, observed_at, view_count), video_seen(...), bounds(last_day).
WITH observed AS (
    SELECT
        hashtag,
        observed_at::DATE AS day,
        max(observed_at) AS observed_at,
        max(view_count) AS view_count
    FROM snapshot
    WHERE view_count IS NOT NULL
    GROUP BY ALL
),

held AS (
    -- Totals never fall: a lower one is a miscount until it has stood for three days.
    SELECT
        hashtag,
        day,
        observed_at,
        max(view_count) OVER (
            PARTITION BY hashtag
            ORDER BY day RANGE BETWEEN INTERVAL 2 DAY PRECEDING AND CURRENT ROW
        ) AS view_count
    FROM observed
),

growth AS (
    SELECT
        *,
        view_count - lag(view_count) OVER (PARTITION BY hashtag ORDER BY day) AS change
    FROM held
),

grown AS MATERIALIZED (
    -- Views since the first total; a step is the first sight of a higher total.
    SELECT
        *,
        sum(greatest(change, 0)) OVER so_far::DOUBLE AS views,
        max(observed_at) FILTER (coalesce(change > 0, true)) OVER so_far AS step_at
    FROM growth
    WINDOW so_far AS (PARTITION BY hashtag ORDER BY day ROWS UNBOUNDED PRECEDING)
),

zero AS (
    -- How many digits a total has, and how many zeros it ends in.
    SELECT
        *,
        length(view_count::VARCHAR) AS digits,
        length(view_count::VARCHAR) - length(rtrim(view_count::VARCHAR, '0')) AS zeros
    FROM grown
    WHERE coalesce(change > 0, true)
),

step AS MATERIALIZED (
    SELECT
        hashtag,
        observed_at,
        coalesce(views, 0) AS views,
        -- How coarsely the site rounds: the zeros that all of the last 20 totals of as
        -- many digits end in (the most digits are the newest). Two digits are shown at
        -- least.
        pow(
            10,
            greatest(
                0,
                least(
                    digits - 2,
                    100 * digits - max(100 * digits - zeros) OVER last_20
                )
            )
        ) AS unit,
        lead(observed_at) OVER so_far AS next_at,
        lead(views) OVER so_far AS next_views,
        -- Views a day since the newest step at least 20 hours older: over less,
        -- rounding is larger than growth. With one a day, that is one of the last two.
        CASE
            WHEN lag(observed_at) OVER so_far <= observed_at - INTERVAL 20 HOUR
                THEN (views - coalesce(lag(views) OVER so_far, 0))
                    / epoch(observed_at - lag(observed_at) OVER so_far)
            ELSE (views - coalesce(lag(views, 2) OVER so_far, 0))
                / epoch(observed_at - lag(observed_at, 2) OVER so_far)
        END * 86400 AS daily_views
    FROM zero
    WINDOW
        so_far AS (PARTITION BY hashtag ORDER BY day),
        last_20 AS (PARTITION BY hashtag ORDER BY day ROWS 19 PRECEDING)
),

rate AS (
    -- Where a rounded total stands still, views went on, but less than one unit.
    SELECT
        o.hashtag,
        o.day,
        o.observed_at,
        o.view_count,
        CASE
            WHEN o.observed_at > step.observed_at
                THEN least(
                    coalesce(step.daily_views, step.views),
                    step.unit / (epoch(o.observed_at - step.observed_at) / 86400)
                )
            ELSE coalesce(step.daily_views, step.views)
        END AS daily_views,
        step.views AS step_views,
        epoch(o.observed_at - step.observed_at) / 86400 AS standing_days,
        min(o.observed_at) OVER (PARTITION BY o.hashtag) AS first_at
    FROM grown AS o
    JOIN step ON o.hashtag = step.hashtag AND o.step_at = step.observed_at
),

weekly AS MATERIALIZED (
    -- Mean of the last seven days, from the totals at both ends; the older end lies on
    -- the line between the steps around it, as far as both are known by now.
    SELECT
        rate.* EXCLUDE (step_views, standing_days, first_at),
        CASE
            WHEN standing_days >= 7 THEN rate.daily_views
            WHEN older.hashtag IS NULL
                THEN (step_views + rate.daily_views * standing_days)
                    / (epoch(rate.observed_at - first_at) / 86400)
            ELSE (
                step_views + rate.daily_views * standing_days - older.views
                - (older.next_views - older.views)
                    * epoch(
                        rate.observed_at - INTERVAL 7 DAY - older.observed_at
                    )
                    / epoch(older.next_at - older.observed_at)
            ) / 7
        END AS weekly_views
    FROM rate
    ASOF LEFT JOIN step AS older
        ON rate.hashtag = older.hashtag
        AND rate.observed_at - INTERVAL 7 DAY >= older.observed_at
    WHERE rate.observed_at >= first_at + INTERVAL 20 HOUR
),

grid AS (
    SELECT
        hashtag,
        unnest(generate_series(min(day), (SELECT last_day FROM bounds), INTERVAL 1 DAY))
            ::DATE AS day
    FROM weekly
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
        weekly.observed_at,
        weekly.view_count,
        weekly.daily_views,
        greatest(weekly.weekly_views, 0) AS weekly_views,
        -- Smoothed: 2 % of 20,000 views stand for what is not known.
        (coalesce(bot_total.bought, 0) + 400)
            / (coalesce(bot_total.view_count, 0) + 20000) AS bot_share
    FROM grid
    ASOF JOIN weekly ON grid.hashtag = weekly.hashtag AND grid.day >= weekly.day
    ASOF LEFT JOIN bot_total
        ON grid.hashtag = bot_total.hashtag AND grid.day >= bot_total.day
),

smooth AS MATERIALIZED (
    SELECT
        *,
        daily_views * (1 - bot_share) AS real_daily_views,
        avg(daily_views * (1 - bot_share)) OVER three AS recent_views,
        weekly_views * (1 - avg(bot_share) OVER week) AS smooth_views,
        arg_max(day, daily_views * (1 - bot_share)) OVER week AS top_on
    FROM daily
    WINDOW
        three AS (PARTITION BY hashtag ORDER BY day ROWS 2 PRECEDING),
        week AS (PARTITION BY hashtag ORDER BY day ROWS 6 PRECEDING)
),

in_order AS MATERIALIZED (
    SELECT
        hashtag,
        list(
            {
                day: day,
                views: smooth_views,
                recent: recent_views,
                -- The usual is the mean since the last call, or the first day.
                total: smooth_views,
                n: 1,
                low: smooth_views,
                high: smooth_views,
                under_days: 0,
                wave: 0,
                is_over: false,
                turns: day || ' 0 false'
            }
            ORDER BY day
        ) AS days
    FROM smooth
    GROUP BY hashtag
    -- Sorted, the lists come in full vectors, which the reduction wants.
    ORDER BY hashtag
),

walk AS (
    -- Each hashtag's days in order, told whether its wave is over: a reduction, as a
    -- turn depends on the turn before it. `turns` gathers the days of change.
    SELECT
        hashtag,
        list_reduce(
            days,
            lambda s, d: CASE
                -- A wave begins: twice the lowest since the last call, over the usual.
                WHEN (s.is_over OR s.wave = 0)
                    AND d.views > 0
                    AND d.views >= 2 * s.low
                    AND d.views >= s.total / s.n
                    THEN struct_update(
                        d,
                        total := s.total + d.views,
                        n := s.n + 1,
                        low := s.low,
                        wave := s.wave + 1,
                        turns := concat(s.turns, ',', d.day, ' ', s.wave + 1, ' false')
                    )
                -- It goes on: as high as ever in this wave.
                WHEN d.views >= s.high
                    THEN struct_update(
                        d,
                        total := s.total + d.views,
                        n := s.n + 1,
                        low := s.low,
                        wave := s.wave,
                        turns := CASE
                            WHEN s.is_over
                                THEN concat(s.turns, ',', d.day, ' ', s.wave, ' false')
                            ELSE s.turns
                        END
                    )
                -- Its peak is over: well under one that stood out of what was before,
                -- or long under half. Of what was before a first wave little is known.
                WHEN NOT s.is_over
                    AND (
                        (
                            d.recent < 0.6 * s.high
                            AND s.high >= 3.5 * CASE
                                WHEN s.wave > 1 THEN s.low
                                ELSE s.total / s.n
                            END
                        )
                        OR (d.views < 0.5 * s.high AND s.under_days >= 27)
                    )
                    THEN struct_update(
                        d,
                        high := s.high,
                        wave := s.wave,
                        is_over := true,
                        turns := concat(s.turns, ',', d.day, ' ', s.wave, ' true')
                    )
                ELSE struct_update(
                    d,
                    total := s.total + d.views,
                    n := s.n + 1,
                    low := least(s.low, d.views),
                    high := s.high,
                    under_days := CASE
                        WHEN d.views < 0.5 * s.high THEN s.under_days + 1
                        ELSE 0
                    END,
                    wave := s.wave,
                    is_over := s.is_over,
                    turns := s.turns
                )
            END
        ).turns AS turns
    FROM in_order
),

turn AS (
    SELECT
        hashtag,
        split_part(turn, ' ', 1)::DATE AS day,
        split_part(turn, ' ', 2)::INTEGER AS wave,
        split_part(turn, ' ', 3)::BOOLEAN AS is_over
    FROM (SELECT hashtag, unnest(string_split(turns, ',')) AS turn FROM walk)
),

waves AS (
    SELECT smooth.*, turn.wave, turn.is_over
    FROM smooth
    ASOF JOIN turn ON smooth.hashtag = turn.hashtag AND smooth.day >= turn.day
),

peak AS (
    SELECT
        *,
        max(smooth_views) OVER so_far AS peak_views,
        max(smooth_views) OVER wave_so_far AS wave_peak_views,
        arg_max(top_on, smooth_views) OVER wave_so_far AS peak_on,
        min(day) OVER wave_so_far AS start_on,
        lag(smooth_views, 7) OVER (PARTITION BY hashtag ORDER BY day) AS week_before
    FROM waves
    WINDOW
        so_far AS (PARTITION BY hashtag ORDER BY day ROWS UNBOUNDED PRECEDING),
        wave_so_far AS (
            PARTITION BY hashtag, wave ORDER BY day ROWS UNBOUNDED PRECEDING
        )
),

level AS (
    SELECT
        *,
        CASE WHEN peak_views > 0 THEN smooth_views / peak_views ELSE 0 END AS level,
        CASE
            WHEN wave_peak_views > 0 THEN smooth_views / wave_peak_views
            ELSE 0
        END AS wave_level,
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
    wave,
    wave_peak_views,
    peak_on,
    day - peak_on AS days_since_peak,
    level,
    coalesce(
        max(day) FILTER (wave_level >= 0.1) OVER (
            PARTITION BY hashtag, wave ORDER BY day ROWS UNBOUNDED PRECEDING
        ) - start_on + 1,
        0
    ) AS trended_days,
    CASE
        -- A week without a view; what was never seen at all has not begun yet.
        WHEN wave_peak_views = 0 AND day >= start_on + 6 AND view_count > 0 THEN 'Death'
        WHEN is_over AND wave_level < 0.1 THEN 'Death'
        WHEN is_over THEN 'Decline'
        WHEN wave_level >= 0.93 AND velocity_rate > 0.07 THEN 'Rising'
        ELSE 'Peak'
    END AS stage
FROM level
ORDER BY hashtag, day
