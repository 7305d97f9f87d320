-- A row per scope, key and day of purchase: what was bought, what has come back of it.
-- Reads: paid_order, "return", product, product_hashtag, regret_reason(reason), bounds.
WITH bought AS (
    SELECT
        o.product_id,
        o.day,
        o.quantity,
        o.cents,
        r.order_id IS NOT NULL AS returned,
        nullif(trim(lower(r.reason)), '') AS reason
    FROM paid_order AS o
    CROSS JOIN bounds AS b
    LEFT JOIN "return" AS r
        ON o.order_id = r.order_id AND r.returned_at::DATE <= b.last_day
    WHERE o.day <= b.last_day
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
