-- One row per asked order: what was known the day before it was placed, beside what the
-- shop knows at the till. The same for orders of the past and for one being placed now.
-- Reads: asked(order_id, product_id, customer_pseudonym, purchased_at, unit_price_minor,
-- currency, quantity, age_band, income_decile, channel), product, product_day, rate,
-- bounds(newest_day), and for the customer's history "order" and "return".
WITH asked_day AS (
    -- An order later than all observations reads the last day there is.
    SELECT a.*, least(a.purchased_at::DATE - 1, b.newest_day) AS day
    FROM asked AS a, bounds AS b
),

theirs AS MATERIALIZED (
    -- All orders of those who placed the asked ones.
    SELECT
        order_id, customer_pseudonym, purchased_at, unit_price_minor, currency, quantity
    FROM "order"
    SEMI JOIN asked USING (customer_pseudonym)
),

history AS (
    -- What a customer ordered and returned up to the day before, the asked orders
    -- standing among the others.
    SELECT
        order_id,
        sum(ordered) OVER so_far AS order_count,
        sum(returned) OVER so_far AS return_count
    FROM (
        SELECT order_id, customer_pseudonym, day, 0 AS ordered, 0 AS returned
        FROM asked_day
        UNION ALL
        SELECT NULL, customer_pseudonym, purchased_at::DATE, 1, 0
        FROM theirs
        UNION ALL
        SELECT NULL, o.customer_pseudonym, r.returned_at::DATE, 0, 1
        FROM "return" AS r
        JOIN theirs AS o USING (order_id)
    )
    -- Of the same day are all in the frame.
    WINDOW so_far AS (PARTITION BY customer_pseudonym ORDER BY day)
    QUALIFY order_id IS NOT NULL
),

line AS (
    -- The asked orders, and what was bought with them.
    SELECT
        order_id, customer_pseudonym, purchased_at, day, unit_price_minor, currency,
        quantity
    FROM asked_day
    UNION ALL
    SELECT
        o.order_id, o.customer_pseudonym, o.purchased_at,
        least(o.purchased_at::DATE - 1, b.newest_day),
        o.unit_price_minor, o.currency, o.quantity
    FROM theirs AS o
    SEMI JOIN asked AS a
        ON o.customer_pseudonym = a.customer_pseudonym
        AND o.purchased_at = a.purchased_at
    ANTI JOIN asked AS same ON o.order_id = same.order_id, bounds AS b
),

rate_day AS (
    SELECT d.currency, d.day, rate.usd_per_unit
    FROM (SELECT DISTINCT currency, day FROM line) AS d
    ASOF JOIN rate ON d.currency = rate.currency AND d.day >= rate.day
),

paid AS (
    SELECT
        line.order_id,
        line.unit_price_minor / minor_units(line.currency) * r.usd_per_unit
            AS price_usd,
        count(*) OVER basket AS basket_count,
        sum(price_usd * line.quantity) OVER basket AS basket_value_usd
    FROM line
    LEFT JOIN rate_day AS r ON line.currency = r.currency AND line.day = r.day
    WINDOW basket AS (PARTITION BY line.customer_pseudonym, line.purchased_at)
),

known AS (
    -- Before the join, so that few orders don't make it hold all days.
    SELECT d.*
    FROM product_day AS d
    SEMI JOIN asked_day AS a ON d.product_id = a.product_id AND d.day = a.day
)

SELECT
    a.order_id,
    a.product_id,
    a.purchased_at::DATE AS purchased_on,
    isodow(a.purchased_at) - 1 AS purchased_weekday,
    hour(a.purchased_at) AS purchased_hour,
    a.age_band,
    p.category,
    p.brand,
    a.channel,
    d.level,
    d.velocity_rate,
    d.days_since_peak,
    d.trended_days,
    d.peak_views,
    d.bot_share,
    d.resale_drop,
    coalesce(d.resale_n, 0) AS resale_n,
    d.sentiment_score,
    coalesce(d.sentiment_n, 0) AS sentiment_n,
    d.regret_talk,
    d.rating_mean,
    coalesce(d.rating_n, 0) AS rating_n,
    coalesce(d.other_language_n, 0) AS other_language_n,
    coalesce(d.order_count, 0) AS order_count,
    coalesce(d.recent_order_count, 0) AS recent_order_count,
    d.return_rate,
    coalesce(d.return_n, 0) AS return_n,
    coalesce(d.recent_return_n, 0) AS recent_return_n,
    paid.price_usd,
    d.list_price_usd,
    a.income_decile,
    a.quantity,
    paid.basket_count,
    paid.basket_value_usd,
    coalesce(h.order_count, 0)::BIGINT AS customer_order_count,
    coalesce(h.return_count, 0)::BIGINT AS customer_return_count,
    (coalesce(h.return_count, 0) + 0.5) / (coalesce(h.order_count, 0) + 2)
        AS customer_return_rate,
    d.hashtag,
    d.stage,
    d.trend_as_of,
    d.resale_median_ask_usd,
    d.resale_median_sold_usd,
    d.resale_as_of,
    d.sentiment_as_of,
    d.rating_as_of,
    d.return_as_of
FROM asked_day AS a
LEFT JOIN product AS p USING (product_id)
LEFT JOIN known AS d ON a.product_id = d.product_id AND a.day = d.day
LEFT JOIN paid USING (order_id)
LEFT JOIN history AS h USING (order_id)
ORDER BY a.purchased_at, a.order_id
