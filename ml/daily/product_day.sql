-- One row per product and day: what was known at the day's end, and nothing later.
-- Reads: product, product_hashtag, hashtag_day, resale_usd, review, "order", "return",
-- rate, bounds(first_day, last_day, return_window_days).
WITH grid AS (
    SELECT
        p.product_id,
        d.day::DATE AS day
    FROM product AS p,
        (
            SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS day
            FROM bounds
        ) AS d
),

trend AS (
    SELECT ph.product_id, h.*
    FROM product_hashtag AS ph
    JOIN hashtag_day AS h USING (hashtag)
    QUALIFY row_number() OVER (
        PARTITION BY ph.product_id, h.day
        ORDER BY ph.confidence * h.smooth_views DESC, h.hashtag
    ) = 1
),

offer AS (
    -- Each listing counts once a day, at its newest price, for 30 days.
    SELECT
        product_id,
        day::DATE AS day,
        arg_max(price_usd, observed_at) AS price_usd,
        max(observed_at) AS observed_at
    FROM (
        SELECT
            *,
            unnest(
                generate_series(
                    observed_at::DATE, observed_at::DATE + 29, INTERVAL 1 DAY
                )
            ) AS day
        FROM resale_usd
    )
    GROUP BY product_id, day, site, listing_id
),

resale AS (
    SELECT
        product_id,
        day,
        median(price_usd) AS resale_median_ask_usd,
        count(*) AS resale_n,
        max(observed_at) AS resale_as_of
    FROM offer
    GROUP BY product_id, day
),

review_day AS (
    SELECT
        product_id,
        reviewed_at::DATE AS day,
        sum(polarity) AS polarity,
        count(*) AS n,
        max(reviewed_at) AS at
    FROM review
    WHERE polarity IS NOT NULL
    GROUP BY ALL
),

order_day AS (
    SELECT product_id, purchased_at::DATE AS day, count(*) AS n
    FROM "order"
    GROUP BY ALL
),

mature AS (
    -- An order is judged when its return window has passed, not before: returns come
    -- sooner than keeping does.
    SELECT
        o.product_id,
        o.purchased_at::DATE + return_window_days::INTEGER AS day,
        count(*) AS n
    FROM "order" AS o, bounds
    GROUP BY ALL
),

returned AS (
    SELECT
        o.product_id,
        greatest(
            r.returned_at::DATE, o.purchased_at::DATE + return_window_days::INTEGER
        ) AS day,
        count(*) AS n,
        max(r.returned_at) AS at
    FROM "return" AS r
    JOIN "order" AS o USING (order_id), bounds
    GROUP BY ALL
),

counted AS (
    SELECT
        grid.product_id,
        grid.day,
        sum(review_day.polarity) OVER so_far AS polarity,
        coalesce(sum(review_day.n) OVER so_far, 0) AS sentiment_n,
        max(review_day.at) OVER so_far AS sentiment_as_of,
        coalesce(sum(order_day.n) OVER so_far, 0) AS order_count,
        coalesce(sum(order_day.n) OVER week, 0) AS recent_order_count,
        coalesce(sum(mature.n) OVER so_far, 0) AS return_n,
        coalesce(sum(returned.n) OVER so_far, 0) AS returned_n,
        max(returned.at) OVER so_far AS return_as_of
    FROM grid
    LEFT JOIN review_day USING (product_id, day)
    LEFT JOIN order_day USING (product_id, day)
    LEFT JOIN mature USING (product_id, day)
    LEFT JOIN returned USING (product_id, day)
    WINDOW
        so_far AS (PARTITION BY product_id ORDER BY day ROWS UNBOUNDED PRECEDING),
        week AS (
            PARTITION BY product_id ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
        )
),

shop AS (
    SELECT day, sum(returned_n) / nullif(sum(return_n), 0) AS return_rate
    FROM counted
    GROUP BY day
),

list_price AS (
    SELECT
        grid.product_id,
        grid.day,
        product.list_price_minor / minor_units(product.currency) * rate.usd_per_unit
            AS list_price_usd
    FROM grid
    JOIN product USING (product_id)
    ASOF JOIN rate ON product.currency = rate.currency AND grid.day >= rate.day
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
    list_price.list_price_usd,
    1 - resale.resale_median_ask_usd / nullif(list_price.list_price_usd, 0)
        AS resale_drop,
    resale.resale_median_ask_usd,
    coalesce(resale.resale_n, 0) AS resale_n,
    resale.resale_as_of,
    CASE WHEN c.sentiment_n > 0 THEN c.polarity / (c.sentiment_n + 3) END
        AS sentiment_score,
    c.sentiment_n,
    c.sentiment_as_of,
    c.order_count,
    c.recent_order_count,
    (c.returned_n + 20 * shop.return_rate) / (c.return_n + 20) AS return_rate,
    c.return_n,
    c.return_as_of
FROM counted AS c
JOIN shop USING (day)
LEFT JOIN trend ON c.product_id = trend.product_id AND c.day = trend.day
LEFT JOIN resale ON c.product_id = resale.product_id AND c.day = resale.day
LEFT JOIN list_price
    ON c.product_id = list_price.product_id AND c.day = list_price.day
WHERE coalesce(trend.hashtag, resale.product_id) IS NOT NULL
    OR c.sentiment_n + c.order_count > 0
ORDER BY c.product_id, c.day
