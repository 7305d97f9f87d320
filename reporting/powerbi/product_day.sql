-- A row per product and day on which anything was known of its price or reviews.
SELECT *
FROM stored_product_day
WHERE resale_drop IS NOT NULL OR sentiment_n + rating_n > 0
ORDER BY product_id, day
