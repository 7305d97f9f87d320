-- One row per product and day with second-hand offers. Sums weigh a sale 1 and an asking
-- price a half, for nobody has paid it yet.
-- Reads: offer, todo(product_id, from_day), bounds(last_day).
WITH offer_day AS (
    SELECT
        o.*,
        CASE WHEN o.is_sold THEN 1 ELSE 0.5 END AS weight,
        unnest(
            generate_series(
                greatest(o.from_on, todo.from_day),
                least(o.until_on, bounds.last_day),
                INTERVAL 1 DAY
            )
        )::DATE AS day
    FROM offer AS o
    JOIN todo USING (product_id), bounds
),

weighed AS (
    -- Half the weight every three days: the median of what was seen last.
    SELECT
        *,
        sum(weight * 0.5 ** ((day - from_on) / 3.0)) OVER (
            PARTITION BY product_id, day
            ORDER BY log_ratio, observed_at
            ROWS UNBOUNDED PRECEDING
        ) AS below,
        sum(weight * 0.5 ** ((day - from_on) / 3.0)) OVER (
            PARTITION BY product_id, day
        ) AS total
    FROM offer_day
)

SELECT
    product_id,
    day,
    category,
    median(price_usd) FILTER (is_sold) AS sold_usd,
    median(price_usd) FILTER (NOT is_sold) AS ask_usd,
    count(*) FILTER (is_sold) AS sold_n,
    count(*) FILTER (NOT is_sold) AS ask_n,
    max(observed_at) AS as_of,
    sum(weight) FILTER (log_ratio IS NOT NULL) AS weight,
    sum(weight) FILTER (log_ratio IS NOT NULL)
        * min(log_ratio) FILTER (below >= total / 2) AS log_sum,
    sum(weight) FILTER (log_ratio IS NOT NULL AND NOT is_sold) AS ask_weight,
    sum(weight) FILTER (log_ratio IS NOT NULL AND is_new) AS new_weight,
    var_samp(log_ratio) AS log_variance,
    count(log_ratio) AS log_n,
    avg(log_ratio) FILTER (is_sold) - avg(log_ratio) FILTER (NOT is_sold)
        AS sold_over_ask_log,
    avg(log_ratio) FILTER (is_new) - avg(log_ratio) FILTER (NOT is_new)
        AS new_over_used_log,
    least(count(*) FILTER (is_sold), count(*) FILTER (NOT is_sold)) AS sold_pair_n,
    least(count(*) FILTER (is_new), count(*) FILTER (NOT is_new)) AS new_pair_n
FROM weighed
GROUP BY product_id, day, category
