-- A row per product and week.
SELECT
    r.* EXCLUDE (scope, key, day),
    r.key AS product_id,
    week = max(week) OVER () AS is_newest
FROM stored_risk_week AS r
ORDER BY product_id, week
