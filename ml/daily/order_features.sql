-- One row per asked order: what was known the day before it was placed, beside what the
-- shop knows at the till. The same for orders of the past and for one being placed now.
-- Reads: asked(order_id, product_id, customer_pseudonym, purchased_at, unit_price_minor,
-- currency, quantity, age_band, income_decile, channel), product, product_day, rate,
-- bounds(newest_day), and for the customer's history "order" and "return".
WITH history AS (
    -- A customer's orders and returns so far, day by day.
    SELECT
        customer_pseudonym,
        day,
        sum(sum(ordered)) OVER so_far AS order_count,
        sum(sum(returned)) OVER so_far AS return_count
    FROM (
        SELECT customer_pseudonym, purchased_at::DATE AS day, 1 AS ordered, 0 AS returned
        FROM "order"
        SEMI JOIN asked USING (customer_pseudonym)
        UNION ALL
        SELECT o.customer_pseudonym, r.returned_at::DATE, 0, 1
        FROM "return" AS r
        JOIN "order" AS o USING (order_id)
        SEMI JOIN asked USING (customer_pseudonym)
    )
    GROUP BY customer_pseudonym, day
    WINDOW so_far AS (PARTITION BY customer_pseudonym ORDER BY day)
),

asked_day AS (
    -- An order later than all observations reads the last day there is.
    SELECT a.*, least(a.purchased_at::DATE - 1, b.newest_day) AS day
    FROM asked AS a, bounds AS b
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
    FROM "order" AS o
    SEMI JOIN asked AS a
        ON o.customer_pseudonym = a.customer_pseudonym
        AND o.purchased_at = a.purchased_at
    ANTI JOIN asked AS same ON o.order_id = same.order_id, bounds AS b
),

paid AS (
    SELECT
        line.order_id,
        line.customer_pseudonym,
        line.purchased_at,
        line.quantity,
        line.unit_price_minor / minor_units(line.currency) * rate.usd_per_unit
            AS price_usd
    FROM line
    ASOF LEFT JOIN rate ON line.currency = rate.currency AND line.day >= rate.day
),

known AS (
    -- Before the join, so that few orders don't make it hold all days.
    SELECT d.*
    FROM product_day AS d
    SEMI JOIN asked_day AS a ON d.product_id = a.product_id AND d.day = a.day
),

basket AS (
    SELECT
        customer_pseudonym,
        purchased_at,
        count(*) AS basket_count,
        sum(price_usd * quantity) AS basket_value_usd
    FROM paid
    GROUP BY customer_pseudonym, purchased_at
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
    basket.basket_count,
    basket.basket_value_usd,
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
LEFT JOIN basket
    ON a.customer_pseudonym = basket.customer_pseudonym
    AND a.purchased_at = basket.purchased_at
ASOF LEFT JOIN history AS h
    ON a.customer_pseudonym = h.customer_pseudonym AND a.day >= h.day
ORDER BY a.purchased_at, a.order_id
