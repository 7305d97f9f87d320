-- One row per product and day with second-hand offers: what the newest of them say.
-- Reads: offer, todo(product_id, from_day), bounds(last_day).
WITH turn AS (
    -- The days on which an offer begins or ends: between them nothing changes.
    SELECT product_id, day, lead(day, 1, b.last_day + 1) OVER so_far AS next_day
    FROM (
        SELECT DISTINCT
            product_id,
            unnest([greatest(o.from_on, todo.from_day), o.until_on + 1]) AS day
        FROM offer AS o
        JOIN todo USING (product_id)
        WHERE o.until_on >= todo.from_day
    ), bounds AS b
    WHERE day <= b.last_day
    WINDOW so_far AS (PARTITION BY product_id ORDER BY day)
),

offer_day AS (
    SELECT
        o.*,
        unnest(generate_series(from_on, least(until_on, last_day), INTERVAL 1 DAY))
            ::DATE AS day
    FROM offer AS o, bounds
),

standing AS (
    SELECT
        product_id,
        day,
        any_value(next_day) AS next_day,
        any_value(category) AS category,
        median(price_usd) FILTER (is_sold) AS sold_usd,
        median(price_usd) FILTER (NOT is_sold) AS ask_usd,
        count(*) FILTER (is_sold) AS sold_n,
        count(*) FILTER (NOT is_sold) AS ask_n,
        max(observed_at) AS as_of,
        list({from_on: from_on, log: log_ratio, is_sold: is_sold, is_new: is_new})
            FILTER (log_ratio IS NOT NULL) AS offers,
        list_min(max(from_on, 12) FILTER (log_ratio IS NOT NULL)) AS newest_from,
        var_samp(log_ratio) AS log_variance,
        count(log_ratio) AS log_n,
        avg(log_ratio) FILTER (is_sold) - avg(log_ratio) FILTER (NOT is_sold)
            AS sold_over_ask_log,
        avg(log_ratio) FILTER (is_new) - avg(log_ratio) FILTER (NOT is_new)
            AS new_over_used_log,
        least(count(*) FILTER (is_sold), count(*) FILTER (NOT is_sold)) AS sold_pair_n,
        least(count(*) FILTER (is_new), count(*) FILTER (NOT is_new)) AS new_pair_n
    FROM offer_day
    JOIN turn USING (product_id, day)
    GROUP BY product_id, day
),

newest AS (
    -- The dozen seen last, and all that were seen on the same day as the twelfth.
    SELECT
        * EXCLUDE (offers, newest_from),
        list_filter(offers, lambda o: o.from_on >= newest_from) AS offers
    FROM standing
)

SELECT
    * EXCLUDE (day, next_day, offers),
    unnest(generate_series(day, next_day - 1, INTERVAL 1 DAY))::DATE AS day,
    list_median(list_transform(offers, lambda o: o.log)) AS log_ratio,
    -- An asking price is half a sale, for nobody has paid it yet.
    list_sum(list_transform(offers, lambda o: if(o.is_sold, 1, 0.5))) AS weight,
    list_avg(list_transform(offers, lambda o: if(o.is_sold, 0, 1))) AS ask_share,
    list_avg(list_transform(offers, lambda o: if(o.is_new, 1, 0))) AS new_share
FROM newest
