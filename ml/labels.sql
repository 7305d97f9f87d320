-- One row per order that came back and whose return window has passed: when, and why?
-- Reads: "return", linked_order, product_day, regret_reason(reason), bounds.
SELECT
    l.order_id,
    r.returned_at::DATE AS returned_on,
    -- NULL where it came back without a word.
    CASE
        WHEN trim(r.reason) <> ''
            THEN trim(lower(r.reason)) IN (SELECT reason FROM regret_reason)
    END AS regretted,
    -- What is known of the return itself, for those that say nothing.
    r.returned_at::DATE - l.purchased_on AS kept_days,
    coalesce(d.stage IN ('Decline', 'Death'), FALSE) AS faded,
    d.level AS level_at_return,
    l.price_usd,
    l.category,
    l.age_band,
    l.channel
FROM "return" AS r
JOIN linked_order AS l USING (order_id)
CROSS JOIN bounds AS b
LEFT JOIN product_day AS d
    ON l.product_id = d.product_id AND d.day = r.returned_at::DATE - 1
WHERE r.returned_at::DATE <= b.last_day
    AND l.purchased_on + b.return_window_days <= b.last_day
ORDER BY l.purchased_on, l.order_id
