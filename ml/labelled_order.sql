-- One row per order whose return window has passed: what was known before it, and how it
-- ended. Reads: linked_order, label(order_id, returned_on, target, coded) of those that
-- came back, bounds.
SELECT
    l.*,
    coalesce(label.target, 0) AS target,
    coalesce(label.coded, TRUE) AS coded,
    label.returned_on
FROM linked_order AS l
CROSS JOIN bounds AS b
LEFT JOIN label USING (order_id)
WHERE l.purchased_on + b.return_window_days <= b.last_day
