-- One row per product and day: what was known at the day's end, and nothing later; the
-- days from `from_day` on, of each product in `todo`.
-- Reads: todo(product_id, from_day), product, product_hashtag, hashtag_day, category_day,
-- resale_day, review, "order", "return", rate, bounds(last_day, return_window_days).
WITH grid AS (
    -- A month more than is asked for: what lies further back counts as of its first day.
    SELECT
        product_id,
        from_day - 30 AS first_day,
        unnest(generate_series(from_day - 30, last_day, INTERVAL 1 DAY))::DATE AS day
    FROM todo, bounds
),

trend AS (
    SELECT ph.product_id, h.*
    FROM product_hashtag AS ph
    JOIN todo USING (product_id)
    JOIN hashtag_day AS h ON ph.hashtag = h.hashtag AND h.day >= todo.from_day
    QUALIFY row_number() OVER (
        PARTITION BY ph.product_id, h.day
        ORDER BY ph.confidence * h.smooth_views DESC, h.hashtag
    ) = 1
),

event AS (
    SELECT
        product_id,
        reviewed_at::DATE AS day,
        'review' AS kind,
        count(polarity) AS n,
        max(reviewed_at) FILTER (polarity IS NOT NULL) AS at,
        sum(polarity) AS polarity,
        sum(regret_score) AS regret,
        count(regret_score) AS regret_n,
        sum(rating) AS rating,
        count(rating) AS rating_n,
        max(reviewed_at) FILTER (rating IS NOT NULL) AS rated_at,
        count(*) FILTER (language NOT IN ('en', 'und')) AS other_language_n
    FROM review
    GROUP BY ALL
    UNION ALL
    SELECT
        product_id, purchased_at::DATE, 'order', count(*), NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL
    FROM "order"
    GROUP BY ALL
    UNION ALL
    -- An order is judged when its return window has passed, not before: returns come
    -- sooner than keeping does.
    SELECT o.product_id, o.purchased_at::DATE + b.return_window_days, 'judged',
        count(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM "order" AS o, bounds AS b
    GROUP BY ALL
    UNION ALL
    SELECT
        o.product_id,
        greatest(r.returned_at::DATE, o.purchased_at::DATE + b.return_window_days)
            AS day,
        'returned',
        count(*),
        max(r.returned_at),
        NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM "return" AS r
    JOIN "order" AS o USING (order_id), bounds AS b
    GROUP BY o.product_id, day
    UNION ALL
    SELECT
        o.product_id, r.returned_at::DATE, 'came back', count(*), NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL
    FROM "return" AS r
    JOIN "order" AS o USING (order_id)
    GROUP BY ALL
),

event_day AS (
    SELECT
        e.product_id,
        greatest(e.day, todo.from_day - 30) AS day,
        sum(e.n) FILTER (e.kind = 'review') AS review_n,
        sum(e.polarity) AS polarity,
        sum(e.regret) AS regret,
        sum(e.regret_n) AS regret_n,
        sum(e.rating) AS rating,
        sum(e.rating_n) AS rating_n,
        max(e.rated_at) AS rated_at,
        sum(e.other_language_n) AS other_language_n,
        max(e.at) FILTER (e.kind = 'review') AS reviewed_at,
        sum(e.n) FILTER (e.kind = 'order') AS order_n,
        sum(e.n) FILTER (e.kind = 'judged') AS judged_n,
        sum(e.n) FILTER (e.kind = 'returned') AS returned_n,
        max(e.at) FILTER (e.kind = 'returned') AS returned_at,
        sum(e.n) FILTER (e.kind = 'came back') AS came_back_n
    FROM event AS e
    JOIN todo USING (product_id)
    GROUP BY ALL
),

counted AS (
    SELECT
        grid.product_id,
        grid.day,
        sum(e.polarity) OVER so_far AS polarity,
        coalesce(sum(e.review_n) OVER so_far, 0) AS sentiment_n,
        sum(e.regret) OVER so_far AS regret,
        coalesce(sum(e.regret_n) OVER so_far, 0) AS regret_n,
        sum(e.rating) OVER so_far AS rating,
        coalesce(sum(e.rating_n) OVER so_far, 0) AS rating_n,
        max(e.rated_at) OVER so_far AS rating_as_of,
        coalesce(sum(e.other_language_n) OVER so_far, 0) AS other_language_n,
        max(e.reviewed_at) OVER so_far AS sentiment_as_of,
        coalesce(sum(e.order_n) OVER so_far, 0) AS order_count,
        coalesce(sum(e.order_n) OVER week, 0) AS recent_order_count,
        coalesce(sum(e.judged_n) OVER so_far, 0) AS return_n,
        coalesce(sum(e.returned_n) OVER so_far, 0) AS returned_n,
        max(e.returned_at) OVER so_far AS return_as_of,
        coalesce(sum(e.came_back_n) OVER month, 0) AS recent_return_n
    FROM grid
    LEFT JOIN event_day AS e ON grid.product_id = e.product_id AND grid.day = e.day
    WINDOW
        so_far AS (
            PARTITION BY grid.product_id ORDER BY grid.day ROWS UNBOUNDED PRECEDING
        ),
        week AS (
            PARTITION BY grid.product_id ORDER BY grid.day
            ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
        ),
        month AS (
            PARTITION BY grid.product_id ORDER BY grid.day
            ROWS BETWEEN 29 PRECEDING AND CURRENT ROW
        )
    QUALIFY grid.day >= grid.first_day + 30
),

price_day AS (
    SELECT c.currency, c.day, rate.usd_per_unit
    FROM (
        SELECT currency, day
        FROM (SELECT DISTINCT currency FROM product),
            (SELECT DISTINCT day FROM grid)
    ) AS c
    ASOF JOIN rate ON c.currency = rate.currency AND c.day >= rate.day
),

resale AS (
    SELECT
        r.*,
        -- Some offers at the category's level stand beside a product's own.
        (
            r.weight * (
                r.log_ratio
                - k.ask_over_sold_log * r.ask_share
                - k.new_over_used_log * r.new_share
            )
            + k.resale_lean_n * k.resale_log
        ) / (r.weight + k.resale_lean_n) AS drop_log,
        -- Nine in ten: 1.645 standard errors to either side, and a median's is 1.25
        -- times a mean's; how prices move in a month is part of their spread.
        1.645 * 1.25 * k.resale_spread_log / sqrt(r.weight + k.resale_lean_n)
            AS half_width
    FROM resale_day AS r
    JOIN category_day AS k USING (category, day)
)

SELECT
    c.product_id,
    c.day,
    trend.hashtag,
    trend.stage,
    trend.level,
    trend.velocity_rate,
    trend.days_since_peak,
    trend.trended_days,
    trend.peak_views,
    trend.bot_share,
    trend.observed_at AS trend_as_of,
    p.list_price_minor / minor_units(p.currency) * d.usd_per_unit AS list_price_usd,
    -- The last bits of a sum hang on which thread added first: they are rounded off, for
    -- the same data to give the same trees.
    round(1 - exp(resale.drop_log), 9) AS resale_drop,
    round(1 - exp(resale.drop_log + resale.half_width), 9) AS resale_drop_low,
    round(1 - exp(resale.drop_log - resale.half_width), 9) AS resale_drop_high,
    resale.sold_usd AS resale_median_sold_usd,
    resale.ask_usd AS resale_median_ask_usd,
    coalesce(resale.sold_n, 0) AS resale_sold_n,
    coalesce(resale.sold_n + resale.ask_n, 0) AS resale_n,
    resale.as_of AS resale_as_of,
    CASE WHEN c.sentiment_n > 0 THEN round(c.polarity / (c.sentiment_n + 3), 9) END
        AS sentiment_score,
    c.sentiment_n,
    -- Three reviews at the category's mean stand beside a product's own.
    CASE WHEN c.regret_n > 0
        THEN round((c.regret + 3 * k.regret_talk) / (c.regret_n + 3), 9) END
        AS regret_talk,
    round(c.rating / nullif(c.rating_n, 0), 9) AS rating_mean,
    c.rating_n,
    c.rating_as_of,
    c.other_language_n,
    c.sentiment_as_of,
    c.order_count,
    c.recent_order_count,
    -- Towards the category's rate, and that towards the shop's.
    (
        c.returned_n
        + 20 * (k.returned_n + 50 * k.shop_return_rate) / (k.return_n + 50)
    ) / (c.return_n + 20) AS return_rate,
    c.return_n,
    c.return_as_of,
    c.recent_return_n
FROM counted AS c
JOIN product AS p USING (product_id)
JOIN category_day AS k ON coalesce(p.category, '') = k.category AND c.day = k.day
LEFT JOIN price_day AS d ON p.currency = d.currency AND c.day = d.day
LEFT JOIN trend ON c.product_id = trend.product_id AND c.day = trend.day
LEFT JOIN resale ON c.product_id = resale.product_id AND c.day = resale.day
WHERE coalesce(trend.hashtag, resale.product_id) IS NOT NULL
    OR c.sentiment_n + c.rating_n + c.order_count > 0
