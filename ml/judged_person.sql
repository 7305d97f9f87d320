-- One row per order whose return window has passed: what a stranger could know of who
-- placed it, and a number in the place of their pseudonym, which is counted faster.
-- Reads: "order", bounds.
SELECT o.age_band, o.income_decile, hash(o.customer_pseudonym) AS person
FROM "order" AS o
CROSS JOIN bounds AS b
WHERE o.purchased_at::DATE + b.return_window_days <= b.last_day
