-- One row per look at a second-hand offer of a known product: its price with shipping in
-- US dollars at the day's rate. What ended unsold says nothing of the price.
SELECT
    l.product_id,
    l.site,
    l.listing_id,
    l.observed_at,
    (l.price_minor + coalesce(l.shipping_minor, 0)) / minor_units(l.currency)
        * rate.usd_per_unit AS price_usd
FROM listing AS l
ASOF JOIN rate ON l.currency = rate.currency AND l.observed_at::DATE >= rate.day
WHERE l.product_id IS NOT NULL AND l.status <> 'ended'
