-- A row per product and day of purchase.
SELECT s.* EXCLUDE (scope, key), s.key AS product_id, day <= closed_through AS is_closed
FROM stored_sales_day AS s, span
ORDER BY product_id, day
