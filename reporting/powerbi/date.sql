-- Every day from the earliest to the latest that a table speaks of.
WITH spoken_of AS (
    SELECT day FROM stored_sales_day
    UNION ALL SELECT week FROM stored_risk_week
    UNION ALL SELECT day FROM stored_hashtag_day
    UNION ALL SELECT day FROM stored_product_day
    UNION ALL SELECT last_day FROM span
),

day AS (
    SELECT unnest(generate_series(min(day), max(day), INTERVAL 1 DAY))::DATE AS day
    FROM spoken_of
)

SELECT
    day,
    year(day) AS year,
    strftime(day, '%Y') || ' Q' || quarter(day) AS quarter,
    strftime(day, '%Y-%m') AS month,
    date_trunc('week', day) AS week,
    isodow(day) AS weekday
FROM day
ORDER BY day
