-- A row per link.
SELECT product_id, hashtag, confidence
FROM stored_product_hashtag
ORDER BY product_id, hashtag
