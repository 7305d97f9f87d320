-- A row per product and horizon.
SELECT *, key AS product_id FROM stored_retention ORDER BY product_id, days
