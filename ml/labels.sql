-- One row per order whose return window has passed: did it come back, and why?
-- Reads: "order", "return", product_day, regret_reason(reason), bounds.
SELECT
    o.order_id,
    r.returned_at::DATE AS returned_on,
    -- NULL where it was kept, or came back without a word.
    CASE
        WHEN trim(r.reason) <> ''
            THEN trim(lower(r.reason)) IN (SELECT reason FROM regret_reason)
    END AS regretted,
    -- What is known of the return itself, for those that say nothing.
    date_diff('day', o.purchased_at, r.returned_at) AS kept_days,
    coalesce(d.stage IN ('Decline', 'Death'), FALSE) AS faded,
    d.level AS level_at_return
FROM "order" AS o
CROSS JOIN bounds AS b
LEFT JOIN "return" AS r
    ON o.order_id = r.order_id AND r.returned_at::DATE <= b.last_day
LEFT JOIN product_day AS d
    ON o.product_id = d.product_id AND d.day = r.returned_at::DATE - 1
WHERE o.purchased_at::DATE + b.return_window_days <= b.last_day
