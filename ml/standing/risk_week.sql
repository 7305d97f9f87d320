-- A row per scope and key: what is at risk at the end of `asked.day`, as the cards say.
-- Reads: paid_order, "return", product, product_hashtag, bounds,
-- card_risk(product_id, order_count, risk, risk_low, risk_high, evidence), asked(day).
WITH open_product AS (
    SELECT
        o.product_id,
        count(*) AS open_count,
        sum(o.cents)::BIGINT AS open_cents
    FROM paid_order AS o
    CROSS JOIN asked
    CROSS JOIN bounds AS b
    LEFT JOIN "return" AS r
        ON o.order_id = r.order_id AND r.returned_at::DATE <= asked.day
    WHERE o.day <= asked.day
        AND o.day + b.return_window_days > asked.day
        AND r.order_id IS NULL
    GROUP BY o.product_id
),

product_risk AS (
    SELECT
        c.product_id,
        -- What nothing is known of has orders, but no risk they would count for.
        if(c.risk IS NULL, 0, c.order_count) AS order_count,
        c.risk,
        c.risk_low,
        c.risk_high,
        c.evidence,
        coalesce(o.open_count, 0) AS open_count,
        coalesce(o.open_cents, 0) AS open_cents,
        coalesce(round(o.open_cents * c.risk), 0)::BIGINT AS at_stake_cents
    FROM card_risk AS c
    LEFT JOIN open_product AS o USING (product_id)
),

member AS (
    SELECT 'shop' AS scope, '' AS key, product_id FROM product_risk
    UNION ALL
    SELECT 'category', coalesce(category, ''), product_id FROM product
    UNION ALL
    SELECT 'hashtag', hashtag, product_id FROM product_hashtag WHERE confidence >= 0.5
)

SELECT
    'product' AS scope,
    product_id AS key,
    order_count,
    coalesce(risk * order_count, 0) AS expected_count,
    risk,
    risk_low,
    risk_high,
    evidence,
    open_count,
    open_cents,
    at_stake_cents
FROM product_risk
UNION ALL BY NAME
SELECT
    scope,
    key,
    sum(order_count) AS order_count,
    coalesce(sum(risk * order_count), 0) AS expected_count,
    sum(risk * order_count) / nullif(sum(order_count), 0) AS risk,
    sum(risk_low * order_count) / nullif(sum(order_count), 0) AS risk_low,
    sum(risk_high * order_count) / nullif(sum(order_count), 0) AS risk_high,
    CASE
        WHEN sum(order_count) = 0 THEN 'none'
        WHEN 2 * coalesce(sum(order_count) FILTER (evidence = 'enough'), 0)
            >= sum(order_count) THEN 'enough'
        ELSE 'thin'
    END AS evidence,
    sum(open_count) AS open_count,
    sum(open_cents) AS open_cents,
    sum(at_stake_cents) AS at_stake_cents
FROM member JOIN product_risk USING (product_id)
GROUP BY scope, key
