-- A row per scope, key and day of purchase: what was bought, what has come back of it.
-- Reads: "order", "return", product, product_hashtag, rate, regret_reason(reason), bounds.
WITH day_rate AS (
    SELECT day, currency, usd_per_unit
    FROM (
        SELECT DISTINCT purchased_at::DATE AS day, currency FROM "order"
    ) AS asked
    ASOF JOIN rate USING (currency, day)
),

bought AS (
    SELECT
        o.product_id,
        o.purchased_at::DATE AS day,
        o.quantity,
        coalesce(round(
            o.unit_price_minor * o.quantity / minor_units(o.currency)
            * usd_per_unit * 100
        ), 0)::BIGINT AS cents,
        r.order_id IS NOT NULL AS returned,
        nullif(trim(lower(r.reason)), '') AS reason
    FROM "order" AS o
    CROSS JOIN bounds AS b
    LEFT JOIN day_rate
        ON o.currency = day_rate.currency AND o.purchased_at::DATE = day_rate.day
    LEFT JOIN "return" AS r
        ON o.order_id = r.order_id AND r.returned_at::DATE <= b.last_day
    WHERE o.purchased_at::DATE <= b.last_day
),

product_sales AS (
    SELECT
        product_id,
        day,
        count(*) AS order_count,
        sum(quantity) AS unit_count,
        sum(cents) AS sales_cents,
        count(*) FILTER (returned) AS returned_count,
        coalesce(sum(cents) FILTER (returned), 0) AS returned_cents,
        count(reason) AS coded_count,
        count(*) FILTER (reason IN (SELECT reason FROM regret_reason))
            AS regretted_count
    FROM bought
    GROUP BY product_id, day
),

scoped AS (
    SELECT 'product' AS scope, product_id AS key, s.* EXCLUDE (product_id)
    FROM product_sales AS s
    UNION ALL BY NAME
    SELECT 'shop' AS scope, '' AS key, s.* EXCLUDE (product_id)
    FROM product_sales AS s
    UNION ALL BY NAME
    SELECT 'category' AS scope, coalesce(category, '') AS key,
        s.* EXCLUDE (product_id)
    FROM product_sales AS s JOIN product USING (product_id)
    UNION ALL BY NAME
    SELECT 'hashtag' AS scope, hashtag AS key, s.* EXCLUDE (product_id)
    FROM product_sales AS s JOIN product_hashtag USING (product_id)
    WHERE confidence >= 0.5
)

SELECT
    scope,
    key,
    day,
    sum(order_count)::INTEGER AS order_count,
    sum(unit_count)::INTEGER AS unit_count,
    sum(sales_cents)::BIGINT AS sales_cents,
    sum(returned_count)::INTEGER AS returned_count,
    sum(returned_cents)::BIGINT AS returned_cents,
    sum(coded_count)::INTEGER AS coded_count,
    sum(regretted_count)::INTEGER AS regretted_count
FROM scoped
GROUP BY scope, key, day
