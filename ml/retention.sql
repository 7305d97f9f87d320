-- A row per product, hashtag or category and horizon: the share of buyers who kept it so
-- long (Kaplan-Meier), and the first two moments of the product of Beta variables that
-- bounds it. Said from 20 orders on, where 5 were bought long enough ago.
-- Reads: "order", "return", product, product_hashtag, bounds.
WITH watched AS (
    SELECT
        o.product_id,
        -- One that was not returned was watched through the last day.
        date_diff('day', o.purchased_at, last_day + 1) AS age_days,
        greatest(0, date_diff(
            'day', o.purchased_at, coalesce(r.returned_at, last_day + 1)
        )) AS days,
        r.returned_at IS NOT NULL AS returned
    FROM "order" AS o
    CROSS JOIN bounds
    LEFT JOIN "return" AS r
        ON o.order_id = r.order_id AND r.returned_at::DATE <= last_day
    WHERE o.purchased_at::DATE <= last_day
),

scoped AS (
    SELECT 'product' AS scope, product_id AS key, w.* EXCLUDE (product_id)
    FROM watched AS w
    UNION ALL BY NAME
    SELECT 'hashtag' AS scope, hashtag AS key, w.* EXCLUDE (product_id)
    FROM watched AS w JOIN product_hashtag USING (product_id)
    WHERE confidence >= 0.5
    UNION ALL BY NAME
    SELECT 'category' AS scope, category AS key, w.* EXCLUDE (product_id)
    FROM watched AS w JOIN product USING (product_id)
    WHERE category IS NOT NULL
),

life_table AS (
    SELECT
        scope,
        key,
        days AS day,
        count(*) AS left_n,
        count(*) FILTER (returned) AS returned_n,
        sum(count(*)) OVER (PARTITION BY scope, key ORDER BY days DESC)::DOUBLE
            AS at_risk_n
    FROM scoped
    GROUP BY scope, key, days
),

asked AS (
    SELECT scope, key, horizon.days
    FROM scoped JOIN (VALUES (30), (90), (180)) AS horizon (days)
        ON age_days > horizon.days
    GROUP BY scope, key, horizon.days
    HAVING count(*) >= 5
)

SELECT
    scope,
    key,
    days,
    coalesce(product(1 - returned_n / at_risk_n) FILTER (day <= days), 1) AS share,
    sum(left_n)::BIGINT AS n,
    coalesce(sum(left_n) FILTER (day > days), 0)::BIGINT AS watched_n,
    -- Each day's factor is a Beta(at_risk_n - returned_n + 1, returned_n).
    coalesce(
        product((at_risk_n - returned_n + 1) / (at_risk_n + 1))
            FILTER (day <= days AND returned_n > 0), 1
    ) AS mean,
    coalesce(
        product(
            (at_risk_n - returned_n + 1) * (at_risk_n - returned_n + 2)
            / ((at_risk_n + 1) * (at_risk_n + 2))
        ) FILTER (day <= days AND returned_n > 0), 1
    ) AS mean_square,
    any_value(last_day) AS as_of
FROM life_table JOIN asked USING (scope, key) CROSS JOIN bounds
GROUP BY scope, key, days
HAVING n >= 20
ORDER BY scope, key, days
