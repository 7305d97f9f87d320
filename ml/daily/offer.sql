-- One row per look at a second-hand offer of a known product: its price with shipping in
-- US dollars at the day's rate, that over the list price, and the days it stands for: 30
-- from the look or the sale, or until the next look. What has ended unsold says nothing.
-- Reads: listing, product, rate, todo(product_id, from_day).
WITH looked_at AS (
    SELECT
        *,
        observed_at::DATE AS from_on,
        least(
            coalesce(sold_at, observed_at)::DATE + 29,
            coalesce(
                lead(observed_at::DATE) OVER (
                    PARTITION BY site, listing_id ORDER BY observed_at
                ) - 1,
                DATE '9999-01-01'
            )
        ) AS until_on
    FROM listing
    WHERE observed_at >= (SELECT min(from_day) - 60 FROM todo)
),

priced AS (
    SELECT
        l.* EXCLUDE (product_id),
        coalesce(l.same_product_id, l.product_id) AS product_id,
        (l.price_minor + coalesce(l.shipping_minor, 0)) / minor_units(l.currency)
            * rate.usd_per_unit AS price_usd
    FROM looked_at AS l
    ASOF JOIN rate ON l.currency = rate.currency AND l.from_on >= rate.day
    WHERE l.status <> 'ended' AND l.until_on >= l.from_on
        -- What was judged not to be the product is not its price; what was not judged
        -- yet is what it was found as.
        AND coalesce(l.same_product_id, l.product_id) IS NOT NULL
        AND (l.same_product_id IS NOT NULL OR l.same_confidence IS NULL)
),

compared AS (
    SELECT
        l.*,
        p.category,
        ln(
            nullif(l.price_usd, 0)
            / (nullif(p.list_price_minor, 0) / minor_units(p.currency)
                * rate.usd_per_unit)
        ) AS log_ratio
    FROM priced AS l
    JOIN product AS p USING (product_id)
    ASOF LEFT JOIN rate ON p.currency = rate.currency AND l.from_on >= rate.day
),

around AS (
    SELECT
        *,
        median(log_ratio) OVER (
            PARTITION BY product_id
            ORDER BY observed_at, site, listing_id
            ROWS BETWEEN 19 PRECEDING AND CURRENT ROW
        ) AS usual
    FROM compared
)

SELECT
    product_id,
    coalesce(category, '') AS category,
    observed_at,
    from_on,
    until_on,
    -- Where the buyer's lower offer was accepted, only what was asked is known.
    status = 'sold' AND NOT best_offer_accepted AS is_sold,
    regexp_matches(lower(condition), '^(brand new|new\b|nwt)') IS TRUE AS is_new,
    price_usd,
    -- A slip of the point or another thing under its name counts no more than twice or
    -- half the usual price among the last twenty.
    greatest(usual - ln(2), least(usual + ln(2), log_ratio)) AS log_ratio
FROM around
