-- A row per order: when it was placed, and what was paid, US cents at that day's rate.
-- Reads: "order", rate.
WITH day_rate AS (
    SELECT day, currency, usd_per_unit
    FROM (
        SELECT DISTINCT purchased_at::DATE AS day, currency FROM "order"
    ) AS asked
    ASOF JOIN rate USING (currency, day)
)

SELECT
    o.order_id,
    o.product_id,
    o.purchased_at::DATE AS day,
    o.quantity,
    coalesce(round(
        o.unit_price_minor * o.quantity / minor_units(o.currency)
        * usd_per_unit * 100
    ), 0)::BIGINT AS cents
FROM "order" AS o
LEFT JOIN day_rate
    ON o.currency = day_rate.currency AND o.purchased_at::DATE = day_rate.day
