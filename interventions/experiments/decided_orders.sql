-- Orders on which an experiment decided, in either arm, that had their time to come back
-- by :as_of: bought before :bought_before. An order decided on twice is one order.
SELECT
    o.order_id,
    o.customer_pseudonym,
    a.arm,
    MIN(i.kind) AS kind,
    o.age_band,
    p.category,
    o.unit_price_minor,
    o.quantity,
    o.currency,
    MAX(i.risk) AS risk,
    MAX(CASE WHEN r.returned_at < :as_of THEN 1 ELSE 0 END) AS returned
FROM intervention AS i
JOIN assignment AS a
    ON a.experiment = i.experiment AND a.customer_pseudonym = i.customer_pseudonym
JOIN "order" AS o ON o.order_id = i.order_id
LEFT JOIN product AS p ON p.product_id = o.product_id
LEFT JOIN "return" AS r ON r.order_id = o.order_id
WHERE
    i.experiment = :experiment
    AND o.purchased_at < :bought_before
GROUP BY
    o.order_id, o.customer_pseudonym, a.arm, o.age_band, p.category,
    o.unit_price_minor, o.quantity, o.currency
