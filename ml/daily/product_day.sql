-- One row per product and day: what was known at the day's end, and nothing later; the
-- days from `from_day` on, of each product in `todo`.
-- Reads: todo(product_id, from_day), product, product_hashtag, hashtag_day, category_day,
-- resale_day, counted, rate.
WITH trend AS (
    SELECT ph.product_id, h.*
    FROM product_hashtag AS ph
    JOIN todo USING (product_id)
    JOIN hashtag_day AS h ON ph.hashtag = h.hashtag AND h.day >= todo.from_day
    QUALIFY row_number() OVER (
        PARTITION BY ph.product_id, h.day
        ORDER BY ph.confidence * h.smooth_views DESC, h.hashtag
    ) = 1
),

rate_day AS (
    SELECT c.currency, c.day, rate.usd_per_unit
    FROM (
        SELECT currency, day
        FROM (SELECT DISTINCT currency FROM product),
            (SELECT DISTINCT day FROM counted)
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
LEFT JOIN rate_day AS d ON p.currency = d.currency AND c.day = d.day
LEFT JOIN trend ON c.product_id = trend.product_id AND c.day = trend.day
LEFT JOIN resale ON c.product_id = resale.product_id AND c.day = resale.day
WHERE coalesce(trend.hashtag, resale.product_id) IS NOT NULL
    OR c.sentiment_n + c.rating_n + c.order_count > 0
-- A new day is read without the days before it.
ORDER BY c.day
