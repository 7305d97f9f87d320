-- A row per product of the catalogue.
SELECT
    p.product_id,
    p.title,
    p.brand,
    p.category,
    p.list_price_minor / minor_units(p.currency) AS list_price,
    p.currency,
    d.hashtag AS strongest_hashtag,
    d.stage
FROM stored_product AS p
LEFT JOIN (
    SELECT product_id, hashtag, stage
    FROM stored_product_day
    QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY day DESC) = 1
) AS d USING (product_id)
ORDER BY p.product_id
