-- One row per product in `todo` and day on which something happened: how many were
-- ordered, came back, were judged or reviewed. What lies more than 30 days before
-- `from_day` counts as of that day.
-- Reads: todo(product_id, from_day), review, "order", "return",
-- bounds(return_window_days).
WITH asked AS (
    SELECT product_id, from_day - 30 AS first_day, return_window_days AS window_days
    FROM todo, bounds
),

order_day AS MATERIALIZED (
    SELECT
        product_id,
        first_day,
        window_days,
        greatest(purchased_at::DATE, first_day - window_days) AS day,
        count(*) AS n
    FROM "order"
    JOIN asked USING (product_id)
    GROUP BY ALL
),

came_back AS MATERIALIZED (
    -- An order is judged when its return window has passed, not before: returns come
    -- sooner than keeping does.
    SELECT
        o.product_id,
        greatest(r.returned_at::DATE, a.first_day) AS came_back_on,
        greatest(
            r.returned_at::DATE, o.purchased_at::DATE + a.window_days, a.first_day
        ) AS judged_on,
        count(*) AS n,
        max(r.returned_at) AS returned_at
    FROM "return" AS r
    JOIN "order" AS o USING (order_id)
    JOIN asked AS a USING (product_id)
    GROUP BY ALL
),

event AS (
    SELECT product_id, greatest(day, first_day) AS day, n AS order_n
    FROM order_day
    UNION ALL BY NAME
    SELECT product_id, greatest(day + window_days, first_day) AS day, n AS judged_n
    FROM order_day
    UNION ALL BY NAME
    SELECT product_id, judged_on AS day, n AS returned_n, returned_at
    FROM came_back
    UNION ALL BY NAME
    SELECT product_id, came_back_on AS day, n AS came_back_n
    FROM came_back
    UNION ALL BY NAME
    SELECT
        product_id,
        greatest(reviewed_at::DATE, first_day) AS day,
        count(polarity) AS sentiment_n,
        sum(polarity) AS polarity,
        max(reviewed_at) FILTER (polarity IS NOT NULL) AS reviewed_at,
        count(regret_score) AS regret_n,
        sum(regret_score) AS regret,
        count(rating) AS rating_n,
        sum(rating) AS rating,
        max(reviewed_at) FILTER (rating IS NOT NULL) AS rated_at,
        count(*) FILTER (language NOT IN ('en', 'und')) AS other_language_n
    FROM review
    JOIN asked USING (product_id)
    GROUP BY ALL
)

SELECT
    product_id,
    day,
    coalesce(sum(order_n), 0)::BIGINT AS order_n,
    coalesce(sum(judged_n), 0)::BIGINT AS judged_n,
    coalesce(sum(returned_n), 0)::BIGINT AS returned_n,
    coalesce(sum(came_back_n), 0)::BIGINT AS came_back_n,
    coalesce(sum(sentiment_n), 0)::BIGINT AS sentiment_n,
    coalesce(sum(polarity), 0)::DOUBLE AS polarity,
    coalesce(sum(regret_n), 0)::BIGINT AS regret_n,
    coalesce(sum(regret), 0)::DOUBLE AS regret,
    coalesce(sum(rating_n), 0)::BIGINT AS rating_n,
    coalesce(sum(rating), 0)::DOUBLE AS rating,
    coalesce(sum(other_language_n), 0)::BIGINT AS other_language_n,
    max(returned_at) AS returned_at,
    max(reviewed_at) AS reviewed_at,
    max(rated_at) AS rated_at
FROM event
GROUP BY product_id, day
