-- One row per order whose return window has passed: was it regretted?
-- `target` is 1, 0, or a probability where a return gave no reason; `coded` says that it
-- is known, which is all that quality is ever measured on.
-- Reads: "order", "return", product_day, regret_reason(reason), bounds.
WITH judged AS (
    SELECT
        o.order_id,
        o.product_id,
        r.returned_at,
        r.returned_at IS NOT NULL AS returned,
        nullif(trim(lower(r.reason)), '') AS reason
    FROM "order" AS o
    CROSS JOIN bounds AS b
    LEFT JOIN "return" AS r
        ON o.order_id = r.order_id AND r.returned_at::DATE <= b.last_day
    WHERE o.purchased_at::DATE + b.return_window_days <= b.last_day
),

coded_share AS (
    SELECT
        count(reason) AS n,
        avg((reason IN (SELECT reason FROM regret_reason))::INTEGER)
            FILTER (reason IS NOT NULL) AS regret
    FROM judged
    WHERE returned
)

SELECT
    j.order_id,
    CASE
        WHEN NOT j.returned THEN 0
        WHEN s.n = 0 THEN 1
        WHEN j.reason IS NOT NULL
            THEN (j.reason IN (SELECT reason FROM regret_reason))::INTEGER
        -- The seed's rule: back while the trend was falling is regret. It fills gaps
        -- only; the other silent returns get the share that reasons have elsewhere.
        WHEN d.stage IN ('Decline', 'Death') THEN 1
        ELSE s.regret
    END::DOUBLE AS target,
    NOT j.returned OR s.n = 0 OR j.reason IS NOT NULL AS coded
FROM judged AS j
CROSS JOIN coded_share AS s
LEFT JOIN product_day AS d
    ON j.product_id = d.product_id AND d.day = j.returned_at::DATE - 1
