-- Orders bought from :first_at until before :end_at that nobody has predicted yet and
-- that are not back yet at :now; at most :most of them, those after the order
-- (:after_at, :after_id).
SELECT
    o.order_id,
    o.customer_pseudonym,
    o.purchased_at,
    o.unit_price_minor,
    o.currency,
    o.quantity
FROM "order" AS o
WHERE
    o.purchased_at >= :first_at
    AND o.purchased_at < :end_at
    AND (o.purchased_at > :after_at OR o.order_id > :after_id)
    AND NOT EXISTS (SELECT 1 FROM prediction AS p WHERE p.order_id = o.order_id)
    AND NOT EXISTS (
        SELECT 1 FROM "return" AS r
        WHERE r.order_id = o.order_id AND r.returned_at <= :now
    )
ORDER BY o.purchased_at, o.order_id
LIMIT :most
